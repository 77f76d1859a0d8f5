package io.flowmap.flow;

import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;

/** What a network is told of the time t. */
public enum NoiseLabel {
    /** c_noise = t: AYF's choice, smooth at both ends. */
    TIME {
        @Override
        public SDVariable of(Scope scope, SDVariable t) {
            return t;
        }
    },
    /** c_noise = ln(sigma)/4, sigma = t/(1-t) within [0.002, 80]: EDM2's. */
    LOG_SIGMA {
        @Override
        public SDVariable of(Scope scope, SDVariable t) {
            SDVariable sigma = t.mul(scope.graph().math().reciprocal(t.neg().add(1)));
            SDVariable limited = scope.graph().math().clipByValue(sigma, SIGMA_MIN, SIGMA_MAX);
            return scope.graph().math().log(limited).mul(0.25);
        }
    };

    /** Least and largest noise level that EDM2's networks are sampled at. */
    public static final double SIGMA_MIN = 0.002;

    public static final double SIGMA_MAX = 80;

    /** The label c_noise [N] of times t [N]. */
    public abstract SDVariable of(Scope scope, SDVariable t);
}
