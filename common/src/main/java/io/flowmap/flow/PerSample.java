package io.flowmap.flow;

import io.flowmap.nn.Scope;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;

/** Numbers of samples [N] in the shape [N,1,..] that multiplies their elements. */
final class PerSample {
    private PerSample() {}

    static SDVariable of(Scope scope, SDVariable numbers, SDVariable samples) {
        long[] shape = scope.shapes().of(samples).clone();
        Arrays.fill(shape, 1, shape.length, 1);
        return scope.graph().reshape(numbers, shape);
    }
}
