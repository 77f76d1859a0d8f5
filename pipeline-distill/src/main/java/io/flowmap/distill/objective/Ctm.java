package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Consistency trajectory models, CTM (Kim et al. 2023), without the adversarial loss: {@link DiscreteFlowMap}, and flow
 * matching with z - x_0 on the share of samples that have s = t.
 *
 * @param pairs distribution of (t, s), with a share at s = t
 * @param steps N, number of teacher steps from 1 to 0
 * @param normalisation computes ghat from g
 */
public record Ctm(MixedPairs pairs, int steps, TangentNormalisation normalisation) implements Objective {
    public Ctm {
        Discrete.steps(steps);
    }

    @Override
    public Residual apply(Terms w) {
        SDVariable velocity = w.onDiagonal(w.sampleVelocity(), w.velocity());
        return Discrete.residual(w, velocity, steps, normalisation);
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return pairs.draw(random, stream, sample);
    }
}
