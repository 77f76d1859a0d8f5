package io.flowmap.flow;

import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;

/** The linear path between data and noise, x_t = (1-t) x_0 + t z. */
public final class LinearPath {
    private LinearPath() {}

    /** x_t for data x0 and noise z [N,...] at times t [N]. */
    public static SDVariable point(Scope scope, SDVariable x0, SDVariable z, SDVariable t) {
        SDVariable toData = PerSample.of(scope.shapes(), t.neg().add(1), x0);
        return x0.mul(toData).add(z.mul(PerSample.of(scope.shapes(), t, x0)));
    }
}
