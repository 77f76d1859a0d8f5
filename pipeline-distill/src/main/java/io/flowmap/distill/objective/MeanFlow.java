package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * MeanFlow (Geng et al. 2025, "Mean flows for one-step generative modeling"): {@link AyfEmd} from scratch, with v = z - x_0
 * and r = 1: target sg(v + (s-t) dF/dt), dF/dt the JVP of F along (v, 1, 0).
 *
 * @param pairs distribution of (t, s), with a share at s = t
 * @param normalisation computes ghat from g; it is the paper's adaptive weight with another power
 */
public record MeanFlow(MixedPairs pairs, TangentNormalisation normalisation) implements Objective {
    @Override
    public Residual apply(Terms w) {
        var e = Eulerian.of(w, w.s().sub(w.t()));
        return normalisation.residual(w, e.field(), e.g(), e.monitors());
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
