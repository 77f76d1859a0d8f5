package io.flowmap.adversarial.discriminator;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * Settings of the gradient penalties at real samples (R1) and at fakes (R2).
 *
 * @param type how the gradient is computed
 * @param gamma weight of both penalties, >= 0; 0: no penalty
 * @param every steps between penalties, >= 1; the penalty is then weighted by this factor
 * @param sigma standard deviation of the perturbation for type difference, > 0
 */
public record PenaltyConfig(Type type, double gamma, int every, double sigma) implements Serializable {
    /** How the gradient is computed. */
    public enum Type {
        /** Exact derivative, differentiated again for the parameters' gradient. */
        @JsonProperty("exact")
        EXACT,
        /** A finite difference along one random direction per sample. No second derivative and less memory. */
        @JsonProperty("difference")
        DIFFERENCE
    }

    public PenaltyConfig {
        if (!(gamma >= 0) || every < 1 || !(sigma > 0)) {
            throw new IllegalArgumentException("expected gamma >= 0, every of at least 1 and sigma > 0, got " + gamma
                    + ", " + every + ", " + sigma);
        }
    }

    /** Whether a step has a penalty. */
    public boolean at(long step) {
        return gamma > 0 && step % every == 0;
    }

    /** Weight of the penalty in a step that has one: multiplied by n if only every n-th step has one. */
    double weight() {
        return gamma * every;
    }
}
