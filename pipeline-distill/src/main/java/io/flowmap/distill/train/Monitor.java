package io.flowmap.distill.train;

/** Looks at a training at its checkpoints, without an effect on it. */
@FunctionalInterface
public interface Monitor {
    /** Column of the table of rounds for what {@link #at} measures. */
    String QUANTITY = "validation_loss";

    /**
     * Looks at a step and returns the validation loss, NaN if it is not measured.
     *
     * @param parameters what would be sampled: the last average over time, the parameters themselves if there is none [P]
     */
    double at(long step, float[] parameters);
}
