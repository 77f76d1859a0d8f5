package io.flowmap.flow;

import io.flowmap.graph.Shapes;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;

/** Numbers of samples [N] in the shape [N,1,..] that multiplies their elements. */
public final class PerSample {
    private PerSample() {}

    /** {@code numbers} reshaped for {@code samples}. */
    public static SDVariable of(Shapes shapes, SDVariable numbers, SDVariable samples) {
        long[] shape = shapes.of(samples).clone();
        Arrays.fill(shape, 1, shape.length, 1);
        return shapes.graph().reshape(numbers, shape);
    }
}
