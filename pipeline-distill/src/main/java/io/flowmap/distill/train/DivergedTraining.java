package io.flowmap.distill.train;

import io.flowmap.config.UserError;

/** A training whose numbers were no longer finite, or grew beyond its guard's limits, as often as its settings allow. */
public final class DivergedTraining extends UserError {
    private static final long serialVersionUID = 1;

    DivergedTraining(String message) {
        super(message);
    }
}
