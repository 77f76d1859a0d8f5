package io.flowmap.adversarial.discriminator;

import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.graph.Shapes;
import io.flowmap.nn.Condition;
import io.flowmap.nn.Scope;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A discriminator with a batch of real and fake samples as a graph in float64, whose variables can be evaluated. */
final class GameGraph {
    final GraphInputs inputs = new GraphInputs(DataType.DOUBLE);
    final Shapes shapes = inputs.shapes();
    final Scope scope;
    final SDVariable real;
    final SDVariable fake;
    final Condition condition;
    final Game.Players players;
    private final Discriminator discriminator;
    private final Map<List<String>, Compiled> programs = new HashMap<>();

    private final Map<String, SDVariable> naturals = new HashMap<>();

    private record Compiled(Program program, Map<String, INDArray> outputs) {}

    GameGraph(Discriminator discriminator, Map<String, INDArray> weights, int batch) {
        this.discriminator = discriminator;
        scope = Scope.trained(shapes, DataType.DOUBLE, "");
        long[] sample = discriminator.config().shape().dimensions();
        real = inputs.samples("real", batch, sample);
        fake = inputs.samples("fake", batch, sample);
        condition = inputs.condition(discriminator.config().condition(), batch);
        players = Game.Players.of(scope, discriminator, real, fake, condition);
        players.logits().apply(real); // declares the parameters
        scope.declared().forEach(p -> inputs.bind(scope.variable(p.name()), weights.get(p.name())));
    }

    /** All parameters, in order. */
    List<SDVariable> parameters() {
        return discriminator.parameters().list().stream()
                .map(p -> scope.variable(p.name()))
                .toList();
    }

    void write(String name, INDArray values) {
        if (inputs.array(name) != null) {
            inputs.array(name).assign(values);
        }
    }

    /** Values of one variable, in the caller's layout of samples. */
    double[] value(SDVariable variable) {
        return values(List.of(naturals.computeIfAbsent(variable.name(), name -> inputs.natural(variable))))
                .get(0);
    }

    /** Values of variables in the graph's layout, from a program compiled once. */
    List<double[]> values(List<SDVariable> variables) {
        var names = variables.stream().map(SDVariable::name).toList();
        var compiled = programs.computeIfAbsent(names, key -> compile(variables));
        compiled.program().run();
        return names.stream()
                .map(name -> compiled.outputs().get(name).data().asDouble())
                .toList();
    }

    private Compiled compile(List<SDVariable> variables) {
        Map<String, INDArray> outputs = new LinkedHashMap<>();
        for (var variable : variables) {
            outputs.put(variable.name(), Nd4j.create(DataType.DOUBLE, shapes.of(variable)));
        }
        return new Compiled(Nd4jBackend.compile(shapes, inputs.arrays(), outputs), outputs);
    }
}
