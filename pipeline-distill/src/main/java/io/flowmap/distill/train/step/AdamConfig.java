package io.flowmap.distill.train.step;

import java.io.Serializable;

/**
 * Constants of Adam (Kingma and Ba, Algorithm 1).
 *
 * @param beta1 decay of the first moment, [0,1)
 * @param beta2 decay of the second moment, [0,1)
 * @param epsilon added to the root of the corrected second moment, > 0
 */
public record AdamConfig(double beta1, double beta2, double epsilon) implements Serializable {
    public AdamConfig {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
            throw new IllegalArgumentException(
                    "cannot use Adam: expected beta1 and beta2 in [0,1) and epsilon > 0, got " + beta1 + ", " + beta2
                            + ", " + epsilon);
        }
    }
}
