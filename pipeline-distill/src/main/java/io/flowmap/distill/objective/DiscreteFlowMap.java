package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * The discrete flow map of trajectory consistency distillation, TCD (Zheng et al. 2024; CTM, Kim et al. 2023, without its
 * further losses): target sg f(x_t', t', s) after one Euler step of the teacher. Tends to {@link AyfEmd} at r = 1 linearly in
 * 1/N.
 *
 * @param pairs distribution of (t, s)
 * @param steps N, number of teacher steps from 1 to 0
 * @param normalisation computes ghat from g
 */
public record DiscreteFlowMap(TimePairs pairs, int steps, TangentNormalisation normalisation) implements Objective {
    public DiscreteFlowMap {
        Discrete.steps(steps);
    }

    @Override
    public Residual apply(Terms w) {
        return Discrete.residual(w, w.velocity(), steps, normalisation);
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return pairs.draw(random, stream, sample);
    }
}
