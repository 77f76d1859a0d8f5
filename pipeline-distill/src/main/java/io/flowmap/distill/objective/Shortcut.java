package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Shortcut models (Frans et al. 2024) from scratch: {@link ShortcutDistillation} with z - x_0 in place of the teacher's
 * velocity.
 *
 * @param pairs distribution of (t, s), with a share at s = t
 * @param normalisation computes ghat from g
 */
public record Shortcut(MixedPairs pairs, TangentNormalisation normalisation) implements Objective {
    @Override
    public Residual apply(Terms w) {
        return Bootstrap.residual(w, normalisation);
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return pairs.draw(random, stream, sample);
    }

    @Override
    public boolean distils() {
        return false;
    }
}
