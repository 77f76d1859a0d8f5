package io.flowmap.distill.train;

import io.flowmap.config.UserError;

/** Thrown when a training diverged (values not finite, or beyond the guard's limits) and its rollbacks are used up. */
public final class DivergedTraining extends UserError {
    private static final long serialVersionUID = 1;

    DivergedTraining(String message) {
        super(message);
    }
}
