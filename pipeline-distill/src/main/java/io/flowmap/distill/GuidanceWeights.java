package io.flowmap.distill;

import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;

/** Distribution of guidance weights in training: uniform in [min, max]. */
public record GuidanceWeights(double min, double max) implements Serializable {
    public GuidanceWeights {
        if (!(min <= max)) {
            throw new IllegalArgumentException("expected guidance.min <= guidance.max, got " + min + ", " + max);
        }
    }

    /** The weight of a sample, determined by its global number. */
    public double draw(CounterRandom random, long sample) {
        return min + (max - min) * random.uniform(StudentObjective.GUIDANCE, sample);
    }
}
