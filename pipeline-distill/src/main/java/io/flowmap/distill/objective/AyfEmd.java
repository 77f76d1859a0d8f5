package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Eulerian map distillation (AYF Thm 3.2 with w = 1/(t-s)^2, Eq. 4 and 5):
 *
 * <pre>
 * dF/dt = JVP of F at (x_t, t, s) along (v, 1, 0)
 * g     = v - F + r (s-t) dF/dt
 * loss  = mean_b || F - sg(F + ghat) ||^2
 * </pre>
 *
 * At s = t this is flow matching, at s = 0 continuous-time consistency distillation ({@link Scd}).
 *
 * @param pairs distribution of (t, s)
 * @param normalisation computes ghat from g
 * @param warmup schedule of r
 */
public record AyfEmd(TimePairs pairs, TangentNormalisation normalisation, TangentWarmup warmup) implements Objective {
    @Override
    public Residual apply(Terms w) {
        var e = Eulerian.of(w, w.s().sub(w.t()).mul(w.warmup()));
        return normalisation.residual(w, e.field(), e.g(), e.monitors());
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return pairs.draw(random, stream, sample);
    }

    @Override
    public double tangentWeight(long step) {
        return warmup.at(step);
    }
}
