package io.flowmap.distill.train.step;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * Learning rate over the steps: a linear warmup, a constant, then a decay over the last share of the training.
 *
 * @param peak rate between warmup and decay, > 0
 * @param warmupSteps steps of the warmup; step i of them uses peak (i+1)/warmupSteps
 * @param decay form of the decay
 * @param decayShare share of all steps that decays, [0,1]
 */
public record LearningRateConfig(double peak, long warmupSteps, Decay decay, double decayShare)
        implements Serializable {
    /** Forms of the decay. */
    public enum Decay {
        /** No decay. */
        @JsonProperty("constant")
        CONSTANT,
        /** To zero at the end: peak (steps - i) / (decayShare steps). */
        @JsonProperty("linear")
        LINEAR,
        /** peak sqrt(start / i) from the first step of the decay on (EDM2's form). */
        @JsonProperty("inverse-sqrt")
        INVERSE_SQRT
    }

    public LearningRateConfig {
        if (!(peak > 0) || warmupSteps < 0 || !(decayShare >= 0 && decayShare <= 1)) {
            throw new IllegalArgumentException(
                    "cannot schedule the learning rate: expected peak > 0, warmup-steps >= 0 and decay-share in [0,1], got "
                            + peak + ", " + warmupSteps + ", " + decayShare);
        }
    }

    /** The rate of step {@code step} (from 0) of {@code steps}. */
    public double at(long step, long steps) {
        double warmup = step < warmupSteps ? (step + 1.0) / warmupSteps : 1;
        return peak * warmup * decayed(step, steps);
    }

    private double decayed(long step, long steps) {
        double start = Math.max(1, (1 - decayShare) * steps);
        return switch (decay) {
            case CONSTANT -> 1;
            case LINEAR -> decayShare == 0 ? 1 : Math.min(1, (steps - step) / (decayShare * steps));
            case INVERSE_SQRT -> decayShare == 0 ? 1 : Math.sqrt(Math.min(1, start / Math.max(1, step)));
        };
    }
}
