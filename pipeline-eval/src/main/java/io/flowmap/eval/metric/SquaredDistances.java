package io.flowmap.eval.metric;

import java.util.Arrays;

/**
 * Squared Euclidean distances from one point to the points of a block, by direct differences in float64 summed in the
 * order of the coordinates: equal points have distance exactly 0, and d(x, y) = d(y, x) to the bit, so ties are exact.
 */
final class SquaredDistances {
    private final int dimension;
    private final int points;
    private final double[] columns;
    private final double[] squared;

    SquaredDistances(FeatureBlock block) {
        dimension = block.dimension();
        points = block.rows();
        columns = new double[dimension * points];
        squared = new double[points];
        for (int i = 0; i < points; i++) {
            for (int j = 0; j < dimension; j++) {
                columns[j * points + i] = block.features()[i * dimension + j];
            }
        }
    }

    /** Distances from row `row` of `block` to all points here; the array is reused by the next call. */
    double[] from(FeatureBlock block, int row) {
        Arrays.fill(squared, 0);
        var x = block.features();
        int at = row * dimension;
        int j = 0;
        for (; j + 4 <= dimension; j += 4) {
            addFour(x[at + j], x[at + j + 1], x[at + j + 2], x[at + j + 3], j * points);
        }
        for (; j < dimension; j++) {
            double value = x[at + j];
            for (int i = 0, column = j * points; i < points; i++) {
                double difference = value - columns[column + i];
                squared[i] += difference * difference;
            }
        }
        return squared;
    }

    /** Four coordinates a pass: a quarter of the traffic on the sums, the same order of additions. */
    private void addFour(double x0, double x1, double x2, double x3, int column) {
        int c1 = column + points;
        int c2 = c1 + points;
        int c3 = c2 + points;
        for (int i = 0; i < points; i++) {
            double d0 = x0 - columns[column + i];
            double d1 = x1 - columns[c1 + i];
            double d2 = x2 - columns[c2 + i];
            double d3 = x3 - columns[c3 + i];
            squared[i] = squared[i] + d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
        }
    }
}
