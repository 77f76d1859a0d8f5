package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Lagrangian map distillation (AYF Thm 3.3 with w = 1/(t-s)^2), which evaluates the teacher at the end point of the map:
 *
 * <pre>
 * dF/ds = JVP of F at (x_t, t, s) along (0, 0, 1)
 * h     = F + (s-t) dF/ds - v(f(x_t,t,s), s)
 * g     = -h, loss = mean_b || F - sg(F + ghat) ||^2
 * </pre>
 *
 * At s = t this is flow matching.
 *
 * @param pairs distribution of (t, s)
 * @param normalisation computes ghat from g; with c = 0 the loss is unnormalised: || F - sg(F - h) ||^2
 */
public record AyfLmd(TimePairs pairs, TangentNormalisation normalisation) implements Objective {
    @Override
    public Residual apply(Terms w) {
        var l = Lagrangian.of(w);
        return normalisation.residual(w, l.field(), l.h().neg(), l.monitors());
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return pairs.draw(random, stream, sample);
    }
}
