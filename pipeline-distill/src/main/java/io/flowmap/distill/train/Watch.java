package io.flowmap.distill.train;

/** Checks a training on the driver, in addition to the guard. */
public interface Watch {
    /**
     * Checks a round. Throws {@link io.flowmap.config.UserError} if continuing is pointless.
     *
     * @param step steps done
     * @param measures means over the round of the objective's measures, NaN where none was taken
     */
    void round(long step, double[] measures);

    /** Name of the quantity that {@link #look} measures; a column of the table of rounds. */
    String quantity();

    /** Checks parameters [P] before every checkpoint, so that a stored checkpoint never had an objection. */
    Look look(long step, float[] parameters);

    /** Whether, after an objection, training continues from its last checkpoint with other samples; if not, it ends there. */
    boolean goesOn();

    /** Advice for the error message when training diverges: what to change, as a clause. */
    String advice();

    /**
     * Result of a check.
     *
     * @param value of the quantity, NaN if it was not measured
     * @param objection why the parameters should not be kept, "" if there is none
     */
    record Look(double value, String objection) {
        static final Look NONE = new Look(Double.NaN, "");
    }
}
