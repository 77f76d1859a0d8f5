package io.flowmap.flow;

import io.flowmap.nn.Scope;
import org.nd4j.autodiff.samediff.SDVariable;

/** The network's noise label c_noise as a function of the time t. */
public enum NoiseLabel {
    /** c_noise = t, the choice of AYF; smooth at both ends. */
    TIME {
        @Override
        public SDVariable of(Scope scope, SDVariable t) {
            return t;
        }
    },
    /** c_noise = ln(sigma)/4 with sigma = t/(1-t) clipped to [0.002, 80], the choice of EDM2. */
    LOG_SIGMA {
        @Override
        public SDVariable of(Scope scope, SDVariable t) {
            SDVariable sigma = t.mul(scope.graph().math().reciprocal(t.neg().add(1)));
            SDVariable limited = scope.graph().math().clipByValue(sigma, SIGMA_MIN, SIGMA_MAX);
            return scope.graph().math().log(limited).mul(0.25);
        }
    };

    /** Smallest and largest noise level at which EDM2's networks are sampled. */
    public static final double SIGMA_MIN = 0.002;

    public static final double SIGMA_MAX = 80;

    /** The label c_noise [N] for times t [N]. */
    public abstract SDVariable of(Scope scope, SDVariable t);
}
