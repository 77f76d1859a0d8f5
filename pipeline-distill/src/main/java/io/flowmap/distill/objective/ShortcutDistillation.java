package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Shortcut models (Frans et al. 2024) distilled from a teacher: a step is taught by its two halves, and on the share of
 * samples with s = t the teacher's velocity is matched. Intervals follow the time pairs, not a dyadic grid.
 *
 * @param pairs law of (t, s); a share has s = t
 * @param normalisation g to ghat
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
