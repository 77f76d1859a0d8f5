package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;

/**
 * Continuous-time consistency training, sCT (Lu and Song 2024, on the linear path): {@link Scd} from scratch, with the
 * sample's own z - x_0 in place of the teacher's velocity.
 *
 * @param times mean and standard deviation of tau = logit t
 * @param normalisation computes ghat from g
 * @param warmup schedule of r
 */
public record Sct(TimePairs times, TangentNormalisation normalisation, TangentWarmup warmup) implements Objective {
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
    public boolean distils() {
        return false;
    }

    @Override
    public double tangentWeight(long step) {
        return warmup.at(step);
    }
}
