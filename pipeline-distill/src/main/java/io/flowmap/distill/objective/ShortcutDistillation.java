package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Shortcut models (Frans et al. 2024) distilled from a teacher: the target of a step is its two half steps, and for the share of
 * samples with s = t the teacher's velocity. Intervals are drawn from the time pairs, not from a dyadic grid.
 *
 * @param pairs distribution of (t, s), with a share at s = t
 * @param normalisation computes ghat from g
 */
public record ShortcutDistillation(MixedPairs pairs, TangentNormalisation normalisation) implements Objective {
    @Override
    public Residual apply(Terms w) {
        return Bootstrap.residual(w, normalisation);
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return pairs.draw(random, stream, sample);
    }
}
