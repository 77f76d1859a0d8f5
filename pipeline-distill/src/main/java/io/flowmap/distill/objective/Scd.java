package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Continuous-time consistency distillation, sCD (Lu and Song 2024, "Simplifying, stabilizing and scaling continuous-time
 * consistency models", on the linear path): {@link AyfEmd} at s = 0,
 * g = v - F - r t dF/dt, t = sigmoid(tau), r = min(1, step/H).
 *
 * @param times mean and standard deviation of tau = logit t
 * @param normalisation computes ghat from g
 * @param warmup schedule of r
 */
public record Scd(TimePairs times, TangentNormalisation normalisation, TangentWarmup warmup) implements Objective {
    @Override
    public Residual apply(Terms w) {
        var e = Eulerian.of(w, w.s().sub(w.t()).mul(w.warmup()));
        return normalisation.residual(w, e.field(), e.g(), e.monitors());
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        return new TimePairs.Pair(times.drawTime(random, stream, sample), 0);
    }

    @Override
    public double tangentWeight(long step) {
        return warmup.at(step);
    }
}
