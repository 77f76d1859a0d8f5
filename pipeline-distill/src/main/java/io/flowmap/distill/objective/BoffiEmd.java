package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * The Eulerian loss of flow map matching (Boffi, Albergo, Vanden-Eijnden 2024): E || df/dt ||^2 with
 * df/dt = v - F + (s-t) dF/dt (AYF Eq. 4), minimised without a stop-gradient: gradients flow through the derivative too.
 *
 * @param pairs distribution of (t, s)
 */
public record BoffiEmd(TimePairs pairs) implements Objective {
    @Override
    public Residual apply(Terms w) {
        var e = Eulerian.of(w, w.s().sub(w.t()));
        return new Residual(e.g(), e.g().mul(2.0 / w.batch()), w.norm(e.g()), e.monitors());
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return pairs.draw(random, stream, sample);
    }

    @Override
    public TangentNormalisation normalisation() {
        return TangentNormalisation.NONE;
    }
}
