package io.flowmap.adversarial;

import java.io.Serializable;

/**
 * Adaptive weight between the gradients of two losses (Esser et al. 2021): a = ||dL_EMD/dw|| / (||dL_G/dw|| + delta), capped at max,
 * where w is the weight of the last layer.
 *
 * @param delta > 0
 * @param max upper limit of a, > 0
 */
record AdaptiveWeight(double delta, double max) implements Serializable {
    AdaptiveWeight {
        if (!(delta > 0 && max > 0)) {
            throw new IllegalArgumentException("expected delta > 0 and max > 0, got " + delta + ", " + max);
        }
    }

    /** Computes a from the two gradients of the last layer's weight. */
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
