package io.flowmap.eval.distance;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/**
 * The sum of the kernel k(x, y) = (x'y / D + 1)^3 over the pairs of rows of two blocks in float64, from one matrix product. Pairs of a
 * row with itself are excluded. Sums of tiles are added in block order, so the bits do not depend on the order in which tiles arrive.
 *
 * @param from number of the first block
 * @param to number of the second block
 * @param sum sum of the kernel
 * @param pairs number of pairs
 */
public record KernelSum(int from, int to, double sum, long pairs) implements Serializable {
    private static final Comparator<KernelSum> ORDER =
            Comparator.comparingInt(KernelSum::from).thenComparingInt(KernelSum::to);

    /**
     * Sum over a tile of a set against itself. It counts twice if the two blocks differ, so that the tiles with from <= to cover all
     * pairs.
     */
    public static KernelSum within(FeatureBlock from, FeatureBlock to) {
        if (from.block() != to.block()) {
            var once = between(from, to);
            return new KernelSum(from.block(), to.block(), 2 * once.sum, 2 * once.pairs);
        }
        return new KernelSum(
                from.block(), to.block(), sum(from, to, true), (long) from.rows() * from.rows() - from.rows());
    }

    /** Sum over a tile of one set against another. Throws {@link IllegalArgumentException} if the dimensions differ. */
    public static KernelSum between(FeatureBlock from, FeatureBlock to) {
        if (from.dimension() != to.dimension()) {
            throw new IllegalArgumentException("cannot sum a kernel: expected features of dimension " + from.dimension()
                    + ", got " + to.dimension());
        }
        return new KernelSum(from.block(), to.block(), sum(from, to, false), (long) from.rows() * to.rows());
    }

    /** The mean of the kernel over all pairs of these tiles. */
    static double mean(List<KernelSum> tiles) {
        double sum = 0;
        long pairs = 0;
        for (var tile : tiles.stream().sorted(ORDER).toList()) {
            sum += tile.sum;
            pairs += tile.pairs;
        }
        return sum / pairs;
    }

    private static double sum(FeatureBlock from, FeatureBlock to, boolean withoutDiagonal) {
        int d = from.dimension();
        int n = to.rows();
        var products = Lapack.timesTransposed(doubles(from), doubles(to), from.rows(), n, d);
        double sum = 0;
        for (int row = 0; row < from.rows(); row++) {
            double ofRow = 0;
            for (int i = 0; i < n; i++) {
                double affine = products[row * n + i] / d + 1;
                ofRow += withoutDiagonal && i == row ? 0 : affine * affine * affine;
            }
            sum += ofRow;
        }
        return sum;
    }

    private static double[] doubles(FeatureBlock block) {
        var values = new double[block.features().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = block.features()[i];
        }
        return values;
    }
}
