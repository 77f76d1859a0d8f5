package io.flowmap.eval.neighbour;

import io.flowmap.eval.distance.CentredPoints;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.Lapack;

/**
 * Squared Euclidean distances between the rows of two blocks. One float32 matrix product gives bounds for all; exact values are
 * computed where a bound does not decide.
 *
 * <p>Let x, y be rows minus a common centre, rounded to float32. Then |x|^2 + |y|^2 - 2 x'y differs from the squared distance by at
 * most c (|x|^2 + |y|^2), c = (D + 8) u / (1 - (D + 8) u), u = 2^-24: twice D u |x||y| from the product in any order of summation
 * (Higham 2002, section 3.1), the rest from the rounded coordinates. Decisions therefore always agree with the exact values.
 */
public final class DistanceTile {
    private static final double UNIT_ROUNDOFF = 0x1p-24;

    /** An upper bound on the error of products below the smallest normal number. */
    private static final double UNDERFLOW = 1e-30;

    /** Upper limit of squared norms for which no product overflows. */
    private static final double LARGEST_NORM = 1e37;

    /** Columns transposed together, so that their cache lines are reused. */
    private static final int STRIP = 16;

    private final CentredPoints from;
    private final CentredPoints to;
    private final double slack;
    private final float[] products;

    private DistanceTile(CentredPoints from, CentredPoints to, double slack, float[] products) {
        this.from = from;
        this.to = to;
        this.slack = slack;
        this.products = products;
    }

    /** The tile of two blocks, centred at the mean of the first. Throws {@link IllegalArgumentException} if the dimensions differ. */
    public static DistanceTile between(FeatureBlock from, FeatureBlock to) {
        var centre = CentredPoints.centre(from);
        var points = CentredPoints.of(from, centre);
        return between(points, from == to ? points : CentredPoints.of(to, centre));
    }

    /** The tile of two blocks with a common centre. */
    public static DistanceTile between(CentredPoints from, CentredPoints to) {
        int d = from.block().dimension();
        var products = Lapack.timesTransposed(from.rows(), to.rows(), from.norms().length, to.norms().length, d);
        boolean overflows = Math.max(from.largestNorm(), to.largestNorm()) > LARGEST_NORM;
        double terms = (d + 8) * UNIT_ROUNDOFF;
        return new DistanceTile(from, to, overflows ? Double.POSITIVE_INFINITY : terms / (1 - terms), products);
    }

    /** The transposed tile, with the two blocks exchanged. */
    DistanceTile transposed() {
        int m = from.norms().length;
        int n = to.norms().length;
        var transposed = new float[products.length];
        for (int first = 0; first < n; first += STRIP) {
            for (int i = 0; i < m; i++) {
                for (int j = first; j < Math.min(n, first + STRIP); j++) {
                    transposed[j * m + i] = products[i * n + j];
                }
            }
        }
        return new DistanceTile(to, from, slack, transposed);
    }

    FeatureBlock from() {
        return from.block();
    }

    FeatureBlock to() {
        return to.block();
    }

    /** Writes lower bounds of the distances from a row to all rows of the other block; minus infinity or NaN where no bound is known. */
    public void lower(int row, double[] bounds) {
        bounds(row, -slack, bounds);
    }

    /** Writes upper bounds. */
    void upper(int row, double[] bounds) {
        bounds(row, slack, bounds);
    }

    /** Difference between upper and lower bound. */
    public double width(int row, int column) {
        return 2 * (slack * (from.norms()[row] + to.norms()[column]) + UNDERFLOW);
    }

    /**
     * Exact distance by direct differences in float64: equal points have distance exactly 0, and d(x, y) = d(y, x) to the bit, so ties
     * are exact. Sums every fourth coordinate in four sums, then adds them.
     */
    public double exact(int row, int column) {
        int d = from().dimension();
        var x = from().features();
        var y = to().features();
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
        double norm = factor * from.norms()[row] + Math.copySign(UNDERFLOW, signedSlack);
        var norms = to.norms();
        int at = row * norms.length;
        for (int i = 0; i < norms.length; i++) {
            bounds[i] = norm + factor * norms[i] - 2.0 * products[at + i];
        }
    }

    private static double square(double value) {
        return value * value;
    }
}
