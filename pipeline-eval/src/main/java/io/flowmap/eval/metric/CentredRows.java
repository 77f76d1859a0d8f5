package io.flowmap.eval.metric;

/**
 * The rows of a block in float64 minus their mean.
 *
 * @param mean [D]
 * @param rows row-major [rows, D]
 */
record CentredRows(double[] mean, double[] rows) {
    /** The mean is taken twice, the second time of what is left, so its error is that of the deviations. */
    static CentredRows of(FeatureBlock block) {
        int d = block.dimension();
        var rows = new double[block.features().length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = block.features()[i];
        }
        var mean = subtractMean(rows, d);
        var correction = subtractMean(rows, d);
        for (int j = 0; j < d; j++) {
            mean[j] += correction[j];
        }
        return new CentredRows(mean, rows);
    }

    private static double[] subtractMean(double[] rows, int d) {
        var mean = new double[d];
        for (int from = 0; from < rows.length; from += d) {
            for (int j = 0; j < d; j++) {
                mean[j] += rows[from + j];
            }
        }
        for (int j = 0; j < d; j++) {
            mean[j] /= rows.length / d;
        }
        for (int from = 0; from < rows.length; from += d) {
            for (int j = 0; j < d; j++) {
                rows[from + j] -= mean[j];
            }
        }
        return mean;
    }
}
