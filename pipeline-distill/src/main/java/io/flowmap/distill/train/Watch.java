package io.flowmap.distill.train;

/** Looks at a training on the driver, beside the guard of its numbers. */
public interface Watch {
    /**
     * Looks at a round. Throws {@link io.flowmap.config.UserError} where going on is in vain.
     *
     * @param step steps done
     * @param measures means over the round of what the objective measures, NaN where it did not
     */
    void round(long step, double[] measures);

    /** Name of the quantity that {@link #look} takes, a column of the table of rounds. */
    String quantity();

    /** Looks at parameters [P] before every checkpoint, so that what lies there was never objected to. */
    Look look(long step, float[] parameters);

    /** Whether a training goes on from its last checkpoint, with other samples, after an objection; else it ends there. */
    boolean goesOn();

    /** What to change where numbers diverge, a clause. */
    String advice();

    /**
     * What was seen.
     *
     * @param value of the quantity, NaN if it was not taken
     * @param objection why the parameters are not to be kept, "" if they are
     */
    record Look(double value, String objection) {
        static final Look NONE = new Look(Double.NaN, "");
    }
}
