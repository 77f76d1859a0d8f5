package io.flowmap.model;

import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.graph.Shapes;
import io.flowmap.nn.Layers;
import io.flowmap.nn.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network with constant arrays, compiled in float32 for one input shape. Four-dimensional inputs and outputs are [N,C,H,W] for the caller
 * and [N,H,W,C] for the layers. Not thread-safe.
 */
public final class FrozenNetwork implements AutoCloseable {
    private static final String INPUT = "input";

    private final Shapes shapes = new Shapes(SameDiff.create());
    private final INDArray input;
    private final Map<String, INDArray> outputs = new LinkedHashMap<>();
    private final Program program;

    /** Builds the network on its input. */
    @FunctionalInterface
    public interface Graph {
        /** The outputs. */
        List<SDVariable> of(Layers layers, SDVariable x);
    }

    /**
     * Compiles a network.
     *
     * @param arrays arrays of the network, by name
     * @param shape shape of the input, such as [N,C,H,W]
     */
    public FrozenNetwork(Map<String, INDArray> arrays, Graph graph, long... shape) {
        var scope = Scope.frozen(shapes, DataType.FLOAT, "", arrays);
        input = Nd4j.create(DataType.FLOAT, shape);
        var x = scope.graph().placeHolder(INPUT, DataType.FLOAT, shape);
        var given = shape.length == 4 ? scope.graph().permute(x, 0, 2, 3, 1) : x;
        for (var y : graph.of(new Layers(scope), given)) {
            var output = scope.shape(y).length == 4 ? scope.graph().permute(y, 0, 3, 1, 2) : y;
            outputs.put(output.name(), Nd4j.create(DataType.FLOAT, scope.shape(output)));
        }
        program = Nd4jBackend.compile(shapes, Map.of(INPUT, input), outputs);
    }

    /** Evaluates the network; outputs in C order. */
    public List<float[]> apply(float[] values) {
        try (var given = Nd4j.create(values, input.shape(), 'c')) {
            input.assign(given);
        }
        program.run();
        return outputs.values().stream().map(output -> output.data().asFloat()).toList();
    }

    @Override
    public void close() {
        program.close();
        input.close();
        outputs.values().forEach(INDArray::close);
        shapes.close();
    }
}
