package io.flowmap.app.study;

import java.util.Arrays;

/**
 * Sliced 2-Wasserstein distance of two sets of equally many points in a plane: the root mean over directions of the squared W2 of the
 * projections. In one dimension, optimal transport pairs the sorted values, so the only approximation is the finite number of equally
 * spaced directions.
 */
public final class SlicedDistance {
    private SlicedDistance() {}

    /** Squared distance of the points [2n] of one class. */
    static double squared(double[] a, double[] b, int directions) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("cannot compare sets of points: expected equally many in both, got "
                    + a.length / 2 + " and " + b.length / 2);
        }
        double sum = 0;
        for (int j = 0; j < directions; j++) {
            double angle = Math.PI * (j + 0.5) / directions;
            double[] first = projected(a, angle);
            double[] second = projected(b, angle);
            double squares = 0;
            for (int i = 0; i < first.length; i++) {
                squares += (first[i] - second[i]) * (first[i] - second[i]);
            }
            sum += squares / first.length;
        }
        return sum / directions;
    }

    /** Distance of points [2n] with alternating classes: the root mean square over classes. */
    public static double between(double[] a, double[] b, int classes, int directions) {
        double sum = 0;
        for (int label = 0; label < classes; label++) {
            sum += squared(ofClass(a, label, classes), ofClass(b, label, classes), directions);
        }
        return Math.sqrt(sum / classes);
    }

    private static double[] ofClass(double[] points, int label, int classes) {
        int n = points.length / 2 / classes;
        var chosen = new double[2 * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(points, 2 * (i * classes + label), chosen, 2 * i, 2);
        }
        return chosen;
    }

    private static double[] projected(double[] points, double angle) {
        var values = new double[points.length / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.cos(angle) * points[2 * i] + Math.sin(angle) * points[2 * i + 1];
        }
        Arrays.sort(values);
        return values;
    }
}
