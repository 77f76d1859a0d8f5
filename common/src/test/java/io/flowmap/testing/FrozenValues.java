package io.flowmap.testing;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Shapes;
import io.flowmap.nn.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values of a network with fixed arrays in float64 or float32: its output and everything that it observes. */
public final class FrozenValues {
    /** Name of the output among the values. */
    public static final String OUTPUT = "output";

    private FrozenValues() {}

    /**
     * Evaluates a network on one input. Images are [N,C,H,W] outside and [N,H,W,C] inside.
     *
     * @return values in C order, by the names that the network gave them
     */
    public static Map<String, double[]> of(
            DataType type, Map<String, INDArray> arrays, Npy input, BiFunction<Scope, SDVariable, SDVariable> network) {
        try (var shapes = new Shapes(SameDiff.create())) {
            var scope = Scope.frozen(shapes, type, "", arrays);
            var graph = scope.graph();
            INDArray given = Nd4j.create(input.values(), input.shape(), 'c').castTo(type);
            var x = graph.placeHolder("input", type, input.shape());
            scope.observe(OUTPUT, network.apply(scope, input.shape().length == 4 ? graph.permute(x, 0, 2, 3, 1) : x));
            var names = new LinkedHashMap<String, SDVariable>();
            var outputs = new LinkedHashMap<String, INDArray>();
            scope.observed().forEach((name, y) -> {
                var out = scope.shape(y).length == 4 ? graph.permute(y, 0, 3, 1, 2) : y;
                names.put(name, out);
                outputs.put(out.name(), Nd4j.create(type, scope.shape(out)));
            });
            try (var program = Nd4jBackend.compile(shapes, Map.of("input", given), outputs)) {
                program.run();
            }
            var values = new LinkedHashMap<String, double[]>();
            names.forEach((name, out) ->
                    values.put(name, outputs.get(out.name()).dup('c').data().asDouble()));
            return values;
        }
    }
}
