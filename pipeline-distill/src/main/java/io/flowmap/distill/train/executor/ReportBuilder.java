package io.flowmap.distill.train.executor;

import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.StepReport;
import io.flowmap.distill.train.step.WorkerReport;
import java.util.Arrays;

/** Collects the reports of a worker's steps. */
final class ReportBuilder {
    private final double[] loss;
    private final double[] gradientNorm;
    private final double[] tangentWarmup;
    private final float[] gNorm;
    private final float[] interval;
    private final double[][] measures;
    private final int[] buckets;
    private final long[] records;
    private String notFinite = "";
    private int steps;
    private int samples;
    private long computeNanos;

    ReportBuilder(int steps, int batch) {
        this.loss = new double[steps];
        this.gradientNorm = new double[steps];
        this.tangentWarmup = new double[steps];
        this.measures = new double[steps][];
        this.buckets = new int[steps];
        this.records = new long[steps * batch];
        this.gNorm = new float[steps * batch];
        this.interval = new float[steps * batch];
    }

    /**
     * @param origin of the step's samples
     * @param norm of the gradient
     * @param firstNotFinite first array whose gradient is not finite, "" if all are finite
     */
    void add(Batch.Origin origin, StepReport step, double norm, String firstNotFinite) {
        loss[steps] = step.loss();
        gradientNorm[steps] = norm;
        notFinite = firstNotFinite;
        tangentWarmup[steps] = step.tangentWarmup();
        measures[steps] = step.measures();
        buckets[steps] = origin.bucket();
        System.arraycopy(origin.records(), 0, records, samples, origin.records().length);
        System.arraycopy(step.gNorm(), 0, gNorm, samples, step.gNorm().length);
        System.arraycopy(step.interval(), 0, interval, samples, step.gNorm().length);
        samples += step.gNorm().length;
        steps++;
    }

    void addCompute(long nanos) {
        computeNanos += nanos;
    }

    /** Whether the last step's loss and gradient are finite; true before the first. */
    boolean finite() {
        return steps == 0 || Double.isFinite(loss[steps - 1]) && Double.isFinite(gradientNorm[steps - 1]);
    }

    WorkerReport build(int worker, String seat, String library) {
        return new WorkerReport(
                worker,
                seat,
                library,
                Arrays.copyOf(loss, steps),
                Arrays.copyOf(gradientNorm, steps),
                notFinite,
                Arrays.copyOf(tangentWarmup, steps),
                Arrays.copyOf(measures, steps),
                Arrays.copyOf(gNorm, samples),
                Arrays.copyOf(interval, samples),
                Arrays.copyOf(buckets, steps),
                Arrays.copyOf(records, samples),
                computeNanos);
    }
}
