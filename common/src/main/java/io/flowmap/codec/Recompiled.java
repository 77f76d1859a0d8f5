package io.flowmap.codec;

import io.flowmap.model.FrozenNetwork;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A frozen network of one input and one output that is compiled anew whenever the shape of its input changes. Not thread-safe. */
final class Recompiled implements AutoCloseable {
    private final Map<String, INDArray> arrays;
    private final FrozenNetwork.Graph graph;
    private FrozenNetwork network;
    private long[] shape;

    Recompiled(Map<String, INDArray> arrays, FrozenNetwork.Graph graph) {
        this.arrays = arrays;
        this.graph = graph;
    }

    /** The output, in C order, of an input of this shape. */
    float[] apply(float[] values, long... input) {
        if (!Arrays.equals(shape, input)) {
            close();
            network = new FrozenNetwork(arrays, graph, input);
            shape = input.clone();
        }
        return network.apply(values).get(0);
    }

    @Override
    public void close() {
        if (network != null) {
            network.close();
        }
        network = null;
        shape = null;
    }
}
