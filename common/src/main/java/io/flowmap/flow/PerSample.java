package io.flowmap.flow;

import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;

/** Numbers of samples [N] in the shape [N,1,1,1] that multiplies their images. */
final class PerSample {
    private PerSample() {}

    static SDVariable of(Scope scope, SDVariable numbers) {
        return scope.graph().reshape(numbers, scope.shapes().of(numbers)[0], 1, 1, 1);
    }
}
