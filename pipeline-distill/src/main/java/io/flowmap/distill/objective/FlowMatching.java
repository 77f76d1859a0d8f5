package io.flowmap.distill.objective;

import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Flow matching: g = (z - x_0) - v(x_t, t), loss = mean over the batch and elements of g^2.
 */
public record FlowMatching() implements Objective {
    @Override
    public Residual apply(Terms w) {
        SDVariable field = w.field().at(w.xt(), w.t(), null);
        SDVariable g = w.z().sub(w.x0()).sub(field);
        long elements = Arrays.stream(w.scope().shapes().of(g)).reduce(1, (a, b) -> a * b);
        return new Residual(field, g.mul(-2.0 / elements), w.norm(g), List.of(new Monitor("field", field)));
    }

    /** The loss of residual norms over samples of {@code size} elements. */
    public double loss(float[] norms, int size) {
        double sum = 0;
        for (float norm : norms) {
            sum += (double) norm * norm;
        }
        return sum / norms.length / size;
    }
}
