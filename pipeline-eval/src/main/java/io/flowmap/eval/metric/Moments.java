package io.flowmap.eval.metric;

import java.io.Serializable;
import java.util.Iterator;

/**
 * Count, mean and centred second moments of feature vectors in float64: a value that merges, so that any number of
 * images needs the memory of one.
 *
 * <p>Parts are centred by their own mean, so nothing is lost where the mean is far above the deviation, and merge as
 * M = M_a + M_b + n_a n_b / (n_a + n_b) (mean_b - mean_a)(mean_b - mean_a)' (Chan, Golub, LeVeque 1979). Up to dimension
 * {@value #FACTORED} and for no more vectors than dimensions M is kept as a factor, M = F'F, which merges by QR factorisation of the
 * rows of both and of the difference of means: a Frechet distance of nearly singular covariances depends on small singular values. Above,
 * that would take five times as long as the symmetric product that is summed there.
 *
 * <p>Merging is associative only up to rounding: merge the same parts in the same order for bit-equal results.
 */
public final class Moments implements Serializable {
    private static final int FACTORED = 512;

    private final long count;
    private final double[] mean;
    private final Scatter scatter;

    private Moments(long count, double[] mean, Scatter scatter) {
        this.count = count;
        this.mean = mean;
        this.scatter = scatter;
    }

    /** Moments of no vectors of dimension D. */
    public static Moments empty(int dimension) {
        return new Moments(0, new double[dimension], new FactorScatter(dimension, new double[0]));
    }

    /** Moments of the rows of one block. */
    public static Moments of(FeatureBlock block) {
        int d = block.dimension();
        if (block.rows() == 0) {
            return empty(d);
        }
        var centred = CentredRows.of(block);
        return new Moments(block.rows(), centred.mean(), scatter(centred.rows(), block.rows(), d, block.rows()));
    }

    /** Moments of consecutive blocks of dimension D, of any number: one is held at a time. Of few dimensions the blocks' moments, merged. */
    public static Moments of(int dimension, Iterator<FeatureBlock> blocks) {
        var moments = empty(dimension);
        while (blocks.hasNext() && moments.scatter instanceof FactorScatter) {
            moments = moments.merge(of(blocks.next()));
        }
        return blocks.hasNext() ? moments.addAll(blocks) : moments;
    }

    /** These moments and those of one more block. */
    public Moments add(FeatureBlock block) {
        return merge(of(block));
    }

    /** The moments of both sets together. */
    public Moments merge(Moments other) {
        requireDimension(other.mean.length);
        if (count == 0 || other.count == 0) {
            return count == 0 ? other : this;
        }
        long total = count + other.count;
        var shift = shift(other.mean, other.count);
        var merged = shifted(other.mean, other.count);
        if (scatter instanceof FactorScatter a
                && other.scatter instanceof FactorScatter b
                && (mean.length <= FACTORED || total <= mean.length)) {
            var rows = concat(a.factor(), b.factor(), shift);
            return new Moments(total, merged, scatter(rows, rows.length / mean.length, mean.length, total));
        }
        try (var sum = new GramSum(mean.length)) {
            addTo(sum);
            other.addTo(sum);
            sum.add(shift, 1);
            return new Moments(total, merged, new GramScatter(mean.length, sum.gram()));
        }
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
        var covariance = scatter.matrix();
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] /= count - ddof;
        }
        return covariance;
    }

    /** tr M, the sum of squares around the mean. */
    double scatterTrace() {
        return scatter.trace();
    }

    /** || F_a F_b' ||_*, which is tr (M_a M_b)^{1/2}. */
    double crossNuclearNorm(Moments other) {
        int d = mean.length;
        var a = scatter.factor();
        var b = other.scatter.factor();
        int m = Math.max(a.length, b.length) / d;
        int n = Math.min(a.length, b.length) / d;
        if (n == 0) {
            return 0;
        }
        var product =
                a.length >= b.length ? Lapack.timesTransposed(a, b, m, n, d) : Lapack.timesTransposed(b, a, m, n, d);
        return Lapack.nuclearNorm(product, m, n);
    }

    private Moments addAll(Iterator<FeatureBlock> blocks) {
        var moments = this;
        try (var sum = new GramSum(mean.length)) {
            addTo(sum);
            while (blocks.hasNext()) {
                var block = blocks.next();
                moments.requireDimension(block.dimension());
                if (block.rows() > 0) {
                    var centred = CentredRows.of(block);
                    sum.add(centred.rows(), block.rows());
                    sum.add(moments.shift(centred.mean(), block.rows()), 1);
                    var merged = moments.shifted(centred.mean(), block.rows());
                    moments = new Moments(moments.count + block.rows(), merged, scatter);
                }
            }
            return new Moments(moments.count, moments.mean, new GramScatter(mean.length, sum.gram()));
        }
    }

    private void addTo(GramSum sum) {
        if (scatter instanceof GramScatter gram) {
            sum.add(gram.gram());
        } else {
            sum.add(scatter.factor(), scatter.factor().length / mean.length);
        }
    }

    /** The row whose outer product is the scatter between both means. */
    private double[] shift(double[] otherMean, long otherCount) {
        double scale = Math.sqrt(count / ((double) count + otherCount) * otherCount);
        var shift = new double[mean.length];
        for (int j = 0; j < shift.length; j++) {
            shift[j] = scale * (otherMean[j] - mean[j]);
        }
        return shift;
    }

    private double[] shifted(double[] otherMean, long otherCount) {
        double share = otherCount / ((double) count + otherCount);
        var merged = new double[mean.length];
        for (int j = 0; j < merged.length; j++) {
            merged[j] = mean[j] + (otherMean[j] - mean[j]) * share;
        }
        return merged;
    }

    private void requireDimension(int dimension) {
        if (dimension != mean.length) {
            throw new IllegalArgumentException(
                    "cannot merge moments: expected dimension " + mean.length + ", got " + dimension);
        }
    }

    /** The scatter of a matrix of rows, which may be overwritten, that stands for so many vectors. */
    private static Scatter scatter(double[] rows, int count, int d, long vectors) {
        if (d <= FACTORED) {
            return new FactorScatter(d, Lapack.triangularFactor(rows, count, d));
        }
        if (vectors <= d) {
            return new FactorScatter(d, count <= d ? rows : Lapack.triangularFactor(rows, count, d));
        }
        var gram = new double[d * d];
        Lapack.addGram(gram, rows, count, d);
        return new GramScatter(d, gram);
    }

    private static double[] concat(double[] a, double[] b, double[] c) {
        var rows = new double[a.length + b.length + c.length];
        System.arraycopy(a, 0, rows, 0, a.length);
        System.arraycopy(b, 0, rows, a.length, b.length);
        System.arraycopy(c, 0, rows, a.length + b.length, c.length);
        return rows;
    }
}
