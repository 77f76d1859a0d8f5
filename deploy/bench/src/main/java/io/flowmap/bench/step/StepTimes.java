package io.flowmap.bench.step;

import java.util.Arrays;

/**
 * Times of alternating steps of two contenders. A pair is one step of each, one after the other, so that other load on the machine
 * affects both alike.
 *
 * @param ours milliseconds of each step of the first
 * @param rival milliseconds of each step of the second
 */
public record StepTimes(double[] ours, double[] rival) {

    /** Warms both up, then measures pairs in alternating order. */
    public static StepTimes measure(StepContender ours, StepContender rival, StepInputs inputs, int warmUp, int pairs) {
        for (int i = 0; i < warmUp; i++) {
            milliseconds(ours, inputs);
            milliseconds(rival, inputs);
        }
        var times = new StepTimes(new double[pairs], new double[pairs]);
        for (int i = 0; i < pairs; i++) {
            if (i % 2 == 0) {
                times.ours[i] = milliseconds(ours, inputs);
            }
            times.rival[i] = milliseconds(rival, inputs);
            if (i % 2 == 1) {
                times.ours[i] = milliseconds(ours, inputs);
            }
        }
        return times;
    }

    /** Median over pairs of the ratio of first to second. */
    public double ratio() {
        var ratios = new double[ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours[i] / rival[i];
        }
        return median(ratios);
    }

    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
    }

    public static double milliseconds(StepContender contender, StepInputs inputs) {
        long start = System.nanoTime();
        double loss = contender.step(inputs);
        double milliseconds = (System.nanoTime() - start) * 1e-6;
        if (!Double.isFinite(loss)) {
            throw new IllegalStateException("expected a finite loss from " + contender.name() + ", got " + loss);
        }
        return milliseconds;
    }
}
