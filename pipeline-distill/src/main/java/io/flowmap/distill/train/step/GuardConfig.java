package io.flowmap.distill.train.step;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * When a training counts as diverged, and what happens then.
 *
 * @param action what follows a NaN, an infinity or a spike
 * @param spikeFactor a round's median ||g|| or gradient norm above this many times its running median is a spike, > 1
 * @param window rounds of the running median; no spike is looked for before half of them are there
 * @param maxRollbacks roll-backs after which the training stops all the same
 */
public record GuardConfig(Action action, double spikeFactor, int window, int maxRollbacks) implements Serializable {
    /** What follows a divergence. */
    public enum Action {
        /** End the job with an error. */
        @JsonProperty("stop")
        STOP,
        /** Go on from the last checkpoint with samples not seen yet. */
        @JsonProperty("rollback")
        ROLLBACK
    }

    public GuardConfig {
        if (!(spikeFactor > 1) || window < 2 || maxRollbacks < 0) {
            throw new IllegalArgumentException(
                    "cannot guard a training: expected spike-factor > 1, window >= 2 and max-rollbacks >= 0, got "
                            + spikeFactor + ", " + window + ", " + maxRollbacks);
        }
    }
}
