package io.flowmap.adversarial;

import java.io.Serializable;

/**
 * Weight between the gradients of both losses (Esser et al. 2021): a = ||dL_EMD/dw|| / (||dL_G/dw|| + delta), at most a limit, w the
 * last layer's weight.
 *
 * @param delta > 0
 * @param max limit, > 0
 */
record AdaptiveWeight(double delta, double max) implements Serializable {
    AdaptiveWeight {
        if (!(delta > 0 && max > 0)) {
            throw new IllegalArgumentException("expected delta > 0 and max > 0, got " + delta + ", " + max);
        }
    }

    /** a of both gradients of the last layer's weight. */
    double of(float[] emd, float[] adversarial) {
        return Math.min(max, norm(emd) / (norm(adversarial) + delta));
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
