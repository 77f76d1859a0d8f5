package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Multistep or phased consistency distillation (Heek et al. 2024; Wang et al. 2024): [0,1] is split into K equal intervals; the
 * target is sg f(x_t', t', s), where s is the lower end of the interval that contains t. K = 1 is {@link DiscreteConsistency}.
 *
 * @param times mean and standard deviation of logit t
 * @param intervals K, at least 1
 * @param steps N, number of teacher steps from 1 to 0
 * @param normalisation computes ghat from g
 */
public record MultistepConsistency(TimePairs times, int intervals, int steps, TangentNormalisation normalisation)
        implements Objective {
    public MultistepConsistency {
        Discrete.steps(steps);
        if (intervals < 1) {
            throw new IllegalArgumentException("expected intervals of at least 1, got " + intervals);
        }
    }

    @Override
    public Residual apply(Terms w) {
        return Discrete.residual(w, w.velocity(), steps, normalisation);
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        double t = times.drawTime(random, stream, sample);
        return new TimePairs.Pair(t, Math.min(intervals - 1, Math.floor(t * intervals)) / intervals);
    }
}
