package io.flowmap.eval.metric;

import java.io.Serializable;

/**
 * Count, mean and centred second moments of feature vectors in float64: a value that merges, so that any number of
 * images needs the memory of one.
 *
 * <p>The centred outer-product sum M = sum (x - mean)(x - mean)' is kept as its triangular factor R, M = R'R (tall
 * and skinny QR): squaring loses half of the digits of the small singular values, which is what a Frechet distance of
 * nearly singular covariances depends on. Two parts merge by the QR factorisation of
 * [R_a; R_b; sqrt(n_a n_b / (n_a + n_b)) (mean_b - mean_a)].
 *
 * <p>Merging is associative only up to rounding: merge blocks in block order for bit-equal results.
 */
public final class Moments implements Serializable {
    private final long count;
    private final double[] mean;
    private final double[] factor;

    private Moments(long count, double[] mean, double[] factor) {
        this.count = count;
        this.mean = mean;
        this.factor = factor;
    }

    /** Moments of no vectors of dimension D. */
    public static Moments empty(int dimension) {
        return new Moments(0, new double[dimension], new double[0]);
    }

    /** Moments of the rows of one block; throws {@link ArithmeticException} where a feature is not finite. */
    public static Moments of(FeatureBlock block) {
        int rows = block.rows();
        int d = block.dimension();
        if (rows == 0) {
            return empty(d);
        }
        var centred = new double[rows * d];
        for (int i = 0; i < centred.length; i++) {
            if (!Float.isFinite(block.features()[i])) {
                throw new ArithmeticException("cannot take moments of block " + block.block()
                        + ": expected finite features, got " + block.features()[i] + " in row " + i / d);
            }
            centred[i] = block.features()[i];
        }
        var mean = subtractMean(centred, rows, d);
        var correction = subtractMean(centred, rows, d);
        for (int j = 0; j < d; j++) {
            mean[j] += correction[j];
        }
        return new Moments(rows, mean, Lapack.triangularFactor(centred, rows, d));
    }

    /** These moments and those of one more block. */
    public Moments add(FeatureBlock block) {
        return merge(of(block));
    }

    /** The moments of both sets together. */
    public Moments merge(Moments other) {
        if (other.mean.length != mean.length) {
            throw new IllegalArgumentException(
                    "cannot merge moments: expected dimension " + mean.length + ", got " + other.mean.length);
        }
        if (count == 0 || other.count == 0) {
            return count == 0 ? other : this;
        }
        int d = mean.length;
        double total = (double) count + other.count;
        double scale = Math.sqrt(count / total * other.count);
        var rows = new double[factor.length + other.factor.length + d];
        System.arraycopy(factor, 0, rows, 0, factor.length);
        System.arraycopy(other.factor, 0, rows, factor.length, other.factor.length);
        var merged = new double[d];
        for (int j = 0; j < d; j++) {
            double difference = other.mean[j] - mean[j];
            merged[j] = mean[j] + difference * (other.count / total);
            rows[factor.length + other.factor.length + j] = scale * difference;
        }
        return new Moments(count + other.count, merged, Lapack.triangularFactor(rows, rows.length / d, d));
    }

    public long count() {
        return count;
    }

    public int dimension() {
        return mean.length;
    }

    public double[] mean() {
        return mean.clone();
    }

    /** Row-major covariance [D, D] divided by count - ddof. */
    public double[] covariance(int ddof) {
        int d = mean.length;
        var covariance = new double[d * d];
        for (int row = 0; row < factor.length / d; row++) {
            for (int i = row; i < d; i++) {
                double value = factor[row * d + i] / (count - ddof);
                for (int j = row; j < d; j++) {
                    covariance[i * d + j] += value * factor[row * d + j];
                }
            }
        }
        return covariance;
    }

    /** tr M, the sum of squares around the mean. */
    double scatterTrace() {
        double sum = 0;
        for (double value : factor) {
            sum += value * value;
        }
        return sum;
    }

    /** || R_a R_b' ||_*, which is tr (M_a M_b)^{1/2}. */
    double crossNuclearNorm(Moments other) {
        int d = mean.length;
        int m = factor.length / d;
        int n = other.factor.length / d;
        return Lapack.nuclearNorm(Lapack.timesTransposed(factor, other.factor, m, n, d), m, n);
    }

    private static double[] subtractMean(double[] rows, int count, int d) {
        var mean = new double[d];
        for (int i = 0; i < rows.length; i++) {
            mean[i % d] += rows[i];
        }
        for (int j = 0; j < d; j++) {
            mean[j] /= count;
        }
        for (int i = 0; i < rows.length; i++) {
            rows[i] -= mean[i % d];
        }
        return mean;
    }
}
