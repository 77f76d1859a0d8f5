package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Discrete consistency distillation (Song et al. 2023): target sg f(x_t', t', 0) after one Euler step of the teacher;
 * {@link DiscreteFlowMap} at s = 0. Tends to {@link Scd} at r = 1 linearly in 1/N.
 *
 * @param times mean and standard deviation of logit t
 * @param steps N, number of teacher steps from 1 to 0
 * @param normalisation computes ghat from g
 */
public record DiscreteConsistency(TimePairs times, int steps, TangentNormalisation normalisation) implements Objective {
    public DiscreteConsistency {
        Discrete.steps(steps);
    }

    @Override
    public Residual apply(Terms w) {
        return Discrete.residual(w, w.velocity(), steps, normalisation);
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return new TimePairs.Pair(times.drawTime(random, stream, sample), 0);
    }
}
