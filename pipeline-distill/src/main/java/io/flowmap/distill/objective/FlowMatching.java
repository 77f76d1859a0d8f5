package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Flow matching of a velocity field (Lipman et al. 2022): g = (z - x_0) - v(x_t, t), loss = mean over the batch and
 * elements of g^2.
 *
 * @param times mean and standard deviation of logit t
 */
public record FlowMatching(TimePairs times) implements Objective {
    @Override
    public Residual apply(Terms w) {
        SDVariable field = w.fieldAtSample();
        SDVariable g = w.sampleVelocity().sub(field);
        long elements = Arrays.stream(w.scope().shapes().of(g)).reduce(1, (a, b) -> a * b);
        return new Residual(field, g.mul(-2.0 / elements), w.norm(g), List.of(new Monitor("field", field)));
    }

    @Override
    public TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        double t = times.drawTime(random, stream, sample);
        return new TimePairs.Pair(t, t);
    }

    @Override
    public boolean distils() {
        return false;
    }

    @Override
    public boolean trainsFlowMap() {
        return false;
    }

    @Override
    public double loss(float[] norms, int elements) {
        return normalisation().loss(norms) / elements;
    }

    @Override
    public TangentNormalisation normalisation() {
        return TangentNormalisation.NONE;
    }
}
