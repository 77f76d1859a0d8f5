package io.flowmap.adversarial.discriminator;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * How the discriminator's gradient is penalised, at real samples (R1) and at fakes (R2).
 *
 * @param type how the gradient is taken
 * @param gamma weight of both, >= 0; 0: no penalty
 * @param every steps from one penalty to the next, >= 1; it then counts so many times
 * @param sigma deviation of the perturbation of type difference, > 0
 */
public record PenaltyConfig(Type type, double gamma, int every, double sigma) implements Serializable {
    /** How the gradient is taken. */
    public enum Type {
        /** The derivative, and the parameters' gradient through it. */
        @JsonProperty("exact")
        EXACT,
        /** A difference along one random direction a sample: no derivative of a derivative, less memory. */
        @JsonProperty("difference")
        DIFFERENCE
    }

    public PenaltyConfig {
        if (!(gamma >= 0) || every < 1 || !(sigma > 0)) {
            throw new IllegalArgumentException("expected gamma >= 0, every of at least 1 and sigma > 0, got " + gamma
                    + ", " + every + ", " + sigma);
        }
    }

    /** Whether the step has a penalty. */
    public boolean at(long step) {
        return gamma > 0 && step % every == 0;
    }

    /** Its weight in a step that has one: n times as large where only every n-th has. */
    double weight() {
        return gamma * every;
    }
}
