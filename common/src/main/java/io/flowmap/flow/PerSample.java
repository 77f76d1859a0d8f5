package io.flowmap.flow;

import io.flowmap.graph.Shapes;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;

/** Reshapes per-sample numbers [N] to [N,1,..], so that they multiply all elements of a sample. */
public final class PerSample {
    private PerSample() {}

    /** {@code numbers} reshaped to broadcast against {@code samples}. */
    public static SDVariable of(Shapes shapes, SDVariable numbers, SDVariable samples) {
        long[] shape = shapes.of(samples).clone();
        Arrays.fill(shape, 1, shape.length, 1);
        return shapes.graph().reshape(numbers, shape);
    }
}
