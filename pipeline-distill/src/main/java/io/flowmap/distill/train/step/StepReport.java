package io.flowmap.distill.train.step;

/**
 * Measurements of one step.
 *
 * @param loss mean loss of the batch
 * @param gNorm norm of the residual g before tangent normalisation, per sample [B]
 * @param interval t - s per sample [B], 0 if the objective has no target time
 * @param tangentWarmup r = min(r_max, step/H), 1 if the objective has no warmup
 * @param measures the values named by {@link ObjectiveFactory#measures}, NaN where a step does not measure one
 */
public record StepReport(double loss, float[] gNorm, float[] interval, double tangentWarmup, double[] measures) {
    /** The report of an objective without measures of its own. */
    public StepReport(double loss, float[] gNorm, float[] interval, double tangentWarmup) {
        this(loss, gNorm, interval, tangentWarmup, new double[0]);
    }
}
