package io.flowmap.eval.distance;

/**
 * The rows of a block in float64 minus their mean.
 *
 * @param mean [D]
 * @param rows row-major [rows, D]
 */
public record CentredRows(double[] mean, double[] rows) {
    /** The mean is taken twice, the second time of what is left, so its error is that of the deviations. */
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

    /** One row to float64, added to the sums. A row a call: the compiler has it ready after the first thousand. */
    private static void widen(float[] features, double[] rows, int from, double[] sums) {
        for (int j = 0; j < sums.length; j++) {
            rows[from + j] = features[from + j];
            sums[j] += rows[from + j];
        }
    }

    /** Takes a mean from one row and adds what is left to the sums. */
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
