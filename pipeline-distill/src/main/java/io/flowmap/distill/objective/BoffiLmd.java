package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * The Lagrangian loss of flow map matching (Boffi, Albergo, Vanden-Eijnden 2024): E || h ||^2 with
 * h = F + (s-t) dF/ds - v(f(x_t,t,s), s), minimised with all gradients: through the derivative, and through the point at
 * which the frozen teacher is evaluated.
 *
 * @param pairs distribution of (t, s)
 */
public record BoffiLmd(TimePairs pairs) implements Objective {
    @Override
    public Residual apply(Terms w) {
        var l = Lagrangian.of(w);
        return new Residual(l.h(), l.h().mul(2.0 / w.batch()), w.norm(l.h()), l.monitors());
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
