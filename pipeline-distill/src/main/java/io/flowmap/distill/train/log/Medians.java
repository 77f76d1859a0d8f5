package io.flowmap.distill.train.log;

import java.util.Arrays;

/** The median of a few numbers. */
public final class Medians {
    private Medians() {}

    /** Median; the mean of the middle two for an even count. NaN for no values or if one is NaN. */
    public static double of(double[] values) {
        if (values.length == 0 || Arrays.stream(values).anyMatch(Double::isNaN)) {
            return Double.NaN;
        }
        var sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
