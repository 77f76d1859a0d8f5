package io.flowmap.distill.train.step;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * When a training counts as diverged, and the reaction.
 *
 * @param action reaction to a NaN, an infinity or a spike
 * @param spikeFactor a spike is a median ||g|| or gradient norm above this multiple of its running median, > 1
 * @param window rounds of the running median; spikes are checked once half of them have run
 * @param maxRollbacks rollbacks before the training stops anyway
 */
public record GuardConfig(Action action, double spikeFactor, int window, int maxRollbacks) implements Serializable {
    /** Reaction to divergence. */
    public enum Action {
        /** End the job with an error. */
        @JsonProperty("stop")
        STOP,
        /** Continue from the last checkpoint with samples not seen yet. */
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
