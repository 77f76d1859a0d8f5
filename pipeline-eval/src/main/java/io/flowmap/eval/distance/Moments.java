package io.flowmap.eval.distance;

import io.flowmap.tensor.Mergeable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Count, mean and centred second moments of feature vectors in float64.
 *
 * <p>Each part is centred by its own mean or one near it, so no digits are lost if the mean is far above the deviation. Parts merge as
 * M = M_a + M_b + n_a n_b / (n_a + n_b) (mean_b - mean_a)(mean_b - mean_a)' (Chan, Golub, LeVeque 1979). Up to dimension {@value
 * #FACTORED}, or with no more vectors than dimensions, M is stored as a factor, M = F'F, which merges by QR factorisation of the rows
 * of both factors and the difference of means. This keeps the small singular values, on which a Frechet distance of nearly singular
 * covariances depends. In other cases M is summed by symmetric products ({@link ShiftedSum}), which are five times as fast.
 *
 * <p>Merging is associative only up to rounding: merge the same parts in the same order for bit-equal results.
 */
public final class Moments implements Mergeable.Statistic<FeatureBlock, Moments> {
    private static final int FACTORED = 512;

    private final long count;
    private final double[] mean;
    private final Scatter scatter;

    private Moments(long count, double[] mean, Scatter scatter) {
        this.count = count;
        this.mean = mean;
        this.scatter = scatter;
    }

    /** Moments of an empty set of dimension D. */
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

    /**
     * Moments of any number of consecutive blocks of dimension D. One block is in memory at a time; above dimension {@value #FACTORED}
     * the first blocks are held until they have more than D vectors.
     */
    public static Moments of(int dimension, Iterator<FeatureBlock> blocks) {
        var first = new ArrayList<FeatureBlock>();
        long held = 0;
        while (dimension > FACTORED && held <= dimension && blocks.hasNext()) {
            var block = blocks.next();
            requireDimension(dimension, block.dimension());
            first.add(block);
            held += block.rows();
        }
        if (held > dimension) {
            return summed(first, blocks);
        }
        var moments = empty(dimension);
        for (var rest = first.isEmpty() ? blocks : first.iterator(); rest.hasNext(); ) {
            moments = moments.add(rest.next());
        }
        return moments;
    }

    /** Adds the vectors of one more block. */
    @Override
    public Moments add(FeatureBlock block) {
        return merge(of(block));
    }

    @Override
    public Moments merge(Moments other) {
        requireDimension(mean.length, other.mean.length);
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
        var gram = scatter.upper().clone();
        var added = other.scatter.upper();
        for (int i = 0; i < shift.length; i++) {
            for (int j = i; j < shift.length; j++) {
                gram[i * shift.length + j] += added[i * shift.length + j] + shift[i] * shift[j];
            }
        }
        return new Moments(total, merged, new GramScatter(mean.length, gram));
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
    public double scatterTrace() {
        return scatter.trace();
    }

    /** || F_a F_b' ||_*, which equals tr (M_a M_b)^{1/2}. */
    double crossNuclearNorm(Moments other) {
        int d = mean.length;
        if (scatter instanceof GramScatter a && other.scatter instanceof GramScatter b) {
            double norm = Lapack.traceOfRoot(a.gram(), b.gram(), d);
            if (!Double.isNaN(norm)) {
                return norm;
            }
        }
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

    /** Moments of many vectors, summed around the mean of the largest of the first blocks. */
    private static Moments summed(List<FeatureBlock> first, Iterator<FeatureBlock> rest) {
        var largest = Collections.max(first, Comparator.comparingInt(FeatureBlock::rows));
        try (var sum = new ShiftedSum(CentredRows.of(largest).mean())) {
            first.forEach(sum::add);
            rest.forEachRemaining(sum::add);
            return new Moments(sum.count(), sum.mean(), new GramScatter(largest.dimension(), sum.scatter()));
        }
    }

    /** The row whose outer product is the scatter between the two means. */
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

    static void requireDimension(int expected, int got) {
        if (got != expected) {
            throw new IllegalArgumentException("cannot merge moments: expected dimension " + expected + ", got " + got);
        }
    }

    /** The scatter of a matrix of rows (which may be overwritten) that represents {@code vectors} vectors. */
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
