package io.flowmap.eval.distance;

/**
 * The rows of a block minus a centre, rounded to float32, with their squared norms.
 *
 * @param block the original rows
 * @param rows row-major [rows, D]
 * @param norms |x|^2 of each row
 */
public record CentredPoints(FeatureBlock block, float[] rows, double[] norms) {
    /** Subtracts a centre [D]. All blocks whose distances are compared must share it; any point near them will do. */
    public static CentredPoints of(FeatureBlock block, float[] centre) {
        int d = block.dimension();
        if (centre.length != d) {
            throw new IllegalArgumentException(
                    "cannot take distances: expected features of dimension " + centre.length + ", got " + d);
        }
        var rows = new float[block.features().length];
        var norms = new double[block.rows()];
        for (int row = 0; row < norms.length; row++) {
            norms[row] = subtract(block.features(), row * d, centre, rows);
        }
        return new CentredPoints(block, rows, norms);
    }

    /** Subtracts the centre from one row; returns the squared norm of the result. */
    private static double subtract(float[] features, int from, float[] centre, float[] rows) {
        double even = 0;
        double odd = 0;
        int j = 0;
        for (; j + 2 <= centre.length; j += 2) {
            rows[from + j] = (float) ((double) features[from + j] - centre[j]);
            rows[from + j + 1] = (float) ((double) features[from + j + 1] - centre[j + 1]);
            even += (double) rows[from + j] * rows[from + j];
            odd += (double) rows[from + j + 1] * rows[from + j + 1];
        }
        for (; j < centre.length; j++) {
            rows[from + j] = (float) ((double) features[from + j] - centre[j]);
            even += (double) rows[from + j] * rows[from + j];
        }
        return even + odd;
    }

    /** The mean of a block's rows, rounded to float32. */
    public static float[] centre(FeatureBlock block) {
        var sums = new double[block.dimension()];
        for (int at = 0; at < block.features().length; at += sums.length) {
            for (int j = 0; j < sums.length; j++) {
                sums[j] += block.features()[at + j];
            }
        }
        var centre = new float[sums.length];
        for (int j = 0; j < centre.length; j++) {
            centre[j] = (float) (sums[j] / Math.max(1, block.rows()));
        }
        return centre;
    }

    public double largestNorm() {
        double largest = 0;
        for (double norm : norms) {
            largest = Math.max(largest, norm);
        }
        return largest;
    }
}
