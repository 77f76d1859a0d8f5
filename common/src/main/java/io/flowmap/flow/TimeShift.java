package io.flowmap.flow;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * How far the times of a sampler are shifted towards noise: by mu = base + (max - base) (L - baseTokens) / (maxTokens - baseTokens), which
 * grows with the number L of tokens (FLUX.1-dev's schedule). A token is a square of 2x2 latent pixels.
 *
 * @param base mu for {@code baseTokens} tokens
 * @param max mu for {@code maxTokens} tokens
 */
public record TimeShift(By by, double base, double max, int baseTokens, int maxTokens) implements Serializable {
    /** What decides on the shift. */
    public enum By {
        /** mu = 0: a uniform grid. */
        @JsonProperty("none")
        NONE,
        /** The number of tokens. */
        @JsonProperty("tokens")
        TOKENS
    }

    /** Uniform grids. */
    public static final TimeShift NONE = new TimeShift(By.NONE, 0, 0, 1, 2);

    /** FLUX.1-dev's shift. */
    public static final TimeShift FLUX = new TimeShift(By.TOKENS, 0.5, 1.15, 256, 4096);

    private static final int PIXELS_PER_TOKEN = 4;

    public TimeShift {
        if (!Double.isFinite(base) || !Double.isFinite(max) || baseTokens < 1 || maxTokens <= baseTokens) {
            throw new IllegalArgumentException(
                    "cannot shift times: expected finite base and max, and 1 <= base-tokens < max-tokens, got " + base
                            + ", " + max + ", " + baseTokens + ", " + maxTokens);
        }
    }

    /** mu for a number of tokens. */
    public double mu(double tokens) {
        return by == By.NONE ? 0 : base + (max - base) * (tokens - baseTokens) / (maxTokens - baseTokens);
    }

    /**
     * The grid of n steps for samples of this shape: latents [C,H,W], or anything if the grid is uniform. Throws {@link
     * IllegalArgumentException} for other samples.
     */
    public TimeGrid grid(int n, long... sample) {
        if (by == By.TOKENS && sample.length != 3) {
            throw new IllegalArgumentException("cannot shift times by the number of tokens: expected latents");
        }
        return by == By.NONE
                ? TimeGrid.uniform(n)
                : TimeGrid.shifted(n, mu((double) sample[1] * sample[2] / PIXELS_PER_TOKEN));
    }
}
