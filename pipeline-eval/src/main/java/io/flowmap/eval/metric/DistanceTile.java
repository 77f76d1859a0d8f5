package io.flowmap.eval.metric;

/**
 * Squared Euclidean distances between the rows of two blocks: bounds of all from one float32 matrix product, exact values where a
 * bound does not decide.
 *
 * <p>With x, y the rows minus a common centre, rounded to float32, |x|^2 + |y|^2 - 2 x'y differs from the squared distance by at most
 * c (|x|^2 + |y|^2), c = (D + 8) u / (1 - (D + 8) u), u = 2^-24: D u |x||y| twice from the product in any order of summation (Higham
 * 2002, section 3.1), the rest from the rounded coordinates. What is decided by bounds and exact values depends on exact values alone.
 */
final class DistanceTile {
    private static final double UNIT_ROUNDOFF = 0x1p-24;

    /** More than what products below the smallest normal number can lose. */
    private static final double UNDERFLOW = 1e-30;

    /** Squared norms up to which no product overflows. */
    private static final double LARGEST_NORM = 1e37;

    private final FeatureBlock from;
    private final FeatureBlock to;
    private final double[] fromNorms;
    private final double[] toNorms;
    private final double slack;
    private final float[] products;

    private DistanceTile(
            FeatureBlock from, FeatureBlock to, double[] fromNorms, double[] toNorms, double slack, float[] products) {
        this.from = from;
        this.to = to;
        this.fromNorms = fromNorms;
        this.toNorms = toNorms;
        this.slack = slack;
        this.products = products;
    }

    /** Throws {@link IllegalArgumentException} where the blocks' dimensions differ. */
    static DistanceTile between(FeatureBlock from, FeatureBlock to) {
        if (from.dimension() != to.dimension()) {
            throw new IllegalArgumentException("cannot take distances: expected features of dimension "
                    + from.dimension() + ", got " + to.dimension());
        }
        int d = from.dimension();
        var centre = centre(from);
        var x = minus(from.features(), centre);
        var y = minus(to.features(), centre);
        var fromNorms = norms(x, d);
        var toNorms = norms(y, d);
        var products = Lapack.timesTransposed(x, y, from.rows(), to.rows(), d);
        boolean overflows = max(fromNorms) > LARGEST_NORM || max(toNorms) > LARGEST_NORM;
        double terms = (d + 8) * UNIT_ROUNDOFF;
        double slack = overflows ? Double.POSITIVE_INFINITY : terms / (1 - terms);
        return new DistanceTile(from, to, fromNorms, toNorms, slack, products);
    }

    /** The distances the other way round. */
    DistanceTile transposed() {
        int m = from.rows();
        int n = to.rows();
        var transposed = new float[products.length];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                transposed[j * m + i] = products[i * n + j];
            }
        }
        return new DistanceTile(to, from, toNorms, fromNorms, slack, transposed);
    }

    FeatureBlock from() {
        return from;
    }

    FeatureBlock to() {
        return to;
    }

    /** Writes lower bounds of the distances from a row to all rows of the other block, minus infinity or NaN where nothing is known. */
    void lower(int row, double[] bounds) {
        bounds(row, -slack, bounds);
    }

    /** Writes upper bounds. */
    void upper(int row, double[] bounds) {
        bounds(row, slack, bounds);
    }

    /** How far an upper bound is above the lower one. */
    double width(int row, int column) {
        return 2 * (slack * (fromNorms[row] + toNorms[column]) + UNDERFLOW);
    }

    /**
     * By direct differences in float64: equal points have distance exactly 0 and d(x, y) = d(y, x) to the bit, so ties are exact. Four
     * sums of every fourth coordinate, then their sum.
     */
    double exact(int row, int column) {
        int d = from.dimension();
        var x = from.features();
        var y = to.features();
        int a = row * d;
        int b = column * d;
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int j = 0;
        for (; j + 4 <= d; j += 4) {
            sum0 += square((double) x[a + j] - y[b + j]);
            sum1 += square((double) x[a + j + 1] - y[b + j + 1]);
            sum2 += square((double) x[a + j + 2] - y[b + j + 2]);
            sum3 += square((double) x[a + j + 3] - y[b + j + 3]);
        }
        for (; j < d; j++) {
            sum0 += square((double) x[a + j] - y[b + j]);
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    private void bounds(int row, double signedSlack, double[] bounds) {
        double factor = 1 + signedSlack;
        double norm = factor * fromNorms[row] + Math.copySign(UNDERFLOW, signedSlack);
        int at = row * toNorms.length;
        for (int i = 0; i < toNorms.length; i++) {
            bounds[i] = norm + factor * toNorms[i] - 2.0 * products[at + i];
        }
    }

    /** The mean of the rows, rounded: any point near all of them serves. */
    private static float[] centre(FeatureBlock block) {
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

    private static float[] minus(float[] rows, float[] centre) {
        var shifted = new float[rows.length];
        for (int at = 0; at < rows.length; at += centre.length) {
            for (int j = 0; j < centre.length; j++) {
                shifted[at + j] = (float) ((double) rows[at + j] - centre[j]);
            }
        }
        return shifted;
    }

    private static double[] norms(float[] rows, int d) {
        var norms = new double[rows.length / d];
        for (int i = 0; i < norms.length; i++) {
            double sum = 0;
            for (int j = i * d; j < (i + 1) * d; j++) {
                sum += (double) rows[j] * rows[j];
            }
            norms[i] = sum;
        }
        return norms;
    }

    private static double square(double value) {
        return value * value;
    }

    private static double max(double[] values) {
        double max = 0;
        for (double value : values) {
            max = Math.max(max, value);
        }
        return max;
    }
}
