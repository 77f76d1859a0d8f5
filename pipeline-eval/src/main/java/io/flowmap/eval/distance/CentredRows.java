package io.flowmap.eval.distance;

/**
 * The rows of a block in float64 minus their mean.
 *
 * @param mean [D]
 * @param rows row-major [rows, D]
 */
public record CentredRows(double[] mean, double[] rows) {
    /**
     * The mean is computed in two passes, the second over the deviations from the first mean, so that its error has the size of the
     * deviations' error.
     */
    public static CentredRows of(FeatureBlock block) {
        int d = block.dimension();
        var rows = new double[block.features().length];
        var mean = new double[d];
        for (int from = 0; from < rows.length; from += d) {
            widen(block.features(), rows, from, mean);
        }
        divide(mean, block.rows());
        var correction = new double[d];
        for (int from = 0; from < rows.length; from += d) {
            subtract(mean, rows, from, correction);
        }
        divide(correction, block.rows());
        var left = new double[d];
        for (int from = 0; from < rows.length; from += d) {
            subtract(correction, rows, from, left);
        }
        for (int j = 0; j < d; j++) {
            mean[j] += correction[j];
        }
        return new CentredRows(mean, rows);
    }

    /**
     * Converts one row to float64 and adds it to the sums. A method per row, so that the compiler has optimised it after the first
     * thousand.
     */
    private static void widen(float[] features, double[] rows, int from, double[] sums) {
        for (int j = 0; j < sums.length; j++) {
            rows[from + j] = features[from + j];
            sums[j] += rows[from + j];
        }
    }

    /** Subtracts the mean from one row and adds the remainder to the sums. */
    private static void subtract(double[] mean, double[] rows, int from, double[] sums) {
        for (int j = 0; j < sums.length; j++) {
            rows[from + j] -= mean[j];
            sums[j] += rows[from + j];
        }
    }

    private static void divide(double[] sums, int count) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] /= count;
        }
    }
}
