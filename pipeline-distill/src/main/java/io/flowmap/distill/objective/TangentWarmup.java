package io.flowmap.distill.objective;

import java.io.Serializable;

/**
 * Weight of the tangent by step, r = min(r_max, step/H). It warms up the derivative; a final value r_max < 1 is the linearity
 * regulariser (AYF Eq. 5).
 *
 * @param max r_max, in [0, 1]
 * @param steps H, at least 0; with 0, r = r_max from the start
 */
public record TangentWarmup(double max, long steps) implements Serializable {
    public TangentWarmup {
        if (!(0 <= max && max <= 1) || steps < 0) {
            throw new IllegalArgumentException(
                    "expected warmup-max in [0, 1] and warmup-steps >= 0, got " + max + ", " + steps);
        }
    }

    double at(long step) {
        return steps == 0 ? max : Math.min(max, (double) step / steps);
    }
}
