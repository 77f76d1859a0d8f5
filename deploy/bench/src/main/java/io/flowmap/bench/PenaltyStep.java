package io.flowmap.bench;

import io.flowmap.adversarial.discriminator.Discriminator;
import io.flowmap.adversarial.discriminator.GradientPenalty;
import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.Condition;
import io.flowmap.nn.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The gradient of mean R1 / 2 of an unconditional discriminator with respect to its parameters, compiled for one batch size. */
final class PenaltyStep implements AutoCloseable {
    private final GraphInputs inputs = new GraphInputs(DataType.FLOAT);
    private final INDArray gradient;
    private final Program program;

    PenaltyStep(Discriminator discriminator, float[] values, int batch) {
        var shapes = inputs.shapes();
        var parameters = discriminator.parameters();
        var scope = Scope.trained(shapes, DataType.FLOAT, "");
        INDArray flat = inputs.own(Nd4j.createFromArray(values));
        gradient = inputs.own(Nd4j.create(DataType.FLOAT, values.length));
        var x = inputs.samples("x", batch, discriminator.config().shape().dimensions());
        var penalty = GradientPenalty.exact(shapes, discriminator.logits(scope, x, Condition.NONE), x, 1);
        var variables =
                parameters.list().stream().map(p -> scope.variable(p.name())).toList();
        var gradients = Vjp.of(shapes, penalty.output(), penalty.cotangent(), variables);
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        parameters.views(flat).forEach((name, view) -> inputs.bind(scope.variable(name), view));
        parameters
                .views(gradient)
                .forEach((name, view) ->
                        outputs.put(gradients.get(scope.variable(name)).name(), view));
        program = Nd4jBackend.compile(shapes, inputs.arrays(), outputs);
    }

    float[] gradient(float[] images) {
        ((FloatPointer) inputs.array("x").data().pointer()).put(images);
        program.run();
        return gradient.data().asFloat();
    }

    @Override
    public void close() {
        program.close();
        inputs.close();
    }
}
