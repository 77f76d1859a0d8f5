package io.flowmap.distill.train.step;

/**
 * What a step tells about itself.
 *
 * @param loss mean loss of the batch
 * @param gNorm norm of the residual g before tangent normalisation, per sample [B]
 * @param interval t - s per sample [B], 0 where the objective has no target time
 * @param tangentWarmup r of the tangent warmup (MATHS: r = min(r_max, step/H)), 1 where the objective has none
 * @param measures what {@link ObjectiveFactory#measures} names, NaN where a step does not measure it
 */
public record StepReport(double loss, float[] gNorm, float[] interval, double tangentWarmup, double[] measures) {
    /** Of an objective that measures nothing else. */
    public StepReport(double loss, float[] gNorm, float[] interval, double tangentWarmup) {
        this(loss, gNorm, interval, tangentWarmup, new double[0]);
    }
}
