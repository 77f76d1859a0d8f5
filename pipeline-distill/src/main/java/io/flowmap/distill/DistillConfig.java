package io.flowmap.distill;

import io.flowmap.distill.train.TrainingConfig;
import io.flowmap.flow.TimePairs;
import java.io.Serializable;

/** The section {@code distill}; reference.conf documents every key. */
record DistillConfig(
        ObjectiveConfig objective,
        TimePairs timePairs,
        Guidance guidance,
        String teacherAverage,
        TrainingConfig training)
        implements Serializable {

    /**
     * Settings of AYF-EMD.
     *
     * @param normalisation c of the tangent normalisation
     * @param warmupMax r_max
     * @param warmupSteps H, steps after which r would be 1
     */
    record ObjectiveConfig(double normalisation, double warmupMax, long warmupSteps) implements Serializable {
        ObjectiveConfig {
            if (!(normalisation > 0) || warmupMax < 0 || warmupMax > 1 || warmupSteps < 0) {
                throw new IllegalArgumentException(
                        "expected normalisation > 0, warmup-max in [0, 1] and warmup-steps >= 0, got " + normalisation
                                + ", " + warmupMax + ", " + warmupSteps);
            }
        }

        /** r = min(r_max, step/H). */
        double warmup(long step) {
            return warmupSteps == 0 ? warmupMax : Math.min(warmupMax, (double) step / warmupSteps);
        }
    }

    /** Guidance weights of training, uniform in [min, max]. */
    record Guidance(double min, double max) implements Serializable {
        Guidance {
            if (!(min <= max)) {
                throw new IllegalArgumentException("expected guidance.min <= guidance.max, got " + min + ", " + max);
            }
        }
    }
}
