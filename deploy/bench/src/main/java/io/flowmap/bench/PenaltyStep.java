package io.flowmap.bench;

import io.flowmap.adversarial.discriminator.Discriminator;
import io.flowmap.adversarial.discriminator.GradientPenalty;
import io.flowmap.engine.Program;
import io.flowmap.flow.GraphInputs;
import io.flowmap.graph.Vjp;
import io.flowmap.nn.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The parameters' gradient of mean R1 / 2 of an unconditional discriminator, compiled for one batch size. */
final class PenaltyStep implements AutoCloseable {
    private final GraphInputs inputs = new GraphInputs(DataType.FLOAT);
    private final INDArray gradient;
    private final Program program;

    PenaltyStep(Discriminator discriminator, float[] values, int batch) {
        var shapes = inputs.shapes();
        var parameters = discriminator.parameters();
        var scope = Scope.trainable(shapes, DataType.FLOAT, "", parameters);
        INDArray flat = inputs.own(Nd4j.createFromArray(values));
        gradient = inputs.own(Nd4j.create(DataType.FLOAT, values.length));
        var x = inputs.samples("x", batch, discriminator.config().shape().dimensions());
        var penalty = GradientPenalty.exact(shapes, discriminator.logits(scope, x, null), x, 1);
        var variables = parameters.stream().map(p -> scope.parameter(p.name())).toList();
        var gradients = Vjp.of(shapes, penalty.output(), penalty.cotangent(), variables);
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        long offset = 0;
        for (var p : parameters) {
            var part = NDArrayIndex.interval(offset, offset + p.length());
            var variable = scope.parameter(p.name());
            inputs.bind(variable, flat.get(part).reshape('c', p.shape()));
            outputs.put(gradients.get(variable).name(), gradient.get(part).reshape('c', p.shape()));
            offset += p.length();
        }
        program = Program.compile(shapes, inputs.arrays(), outputs);
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
