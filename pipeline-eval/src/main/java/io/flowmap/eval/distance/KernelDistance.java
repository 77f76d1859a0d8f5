package io.flowmap.eval.distance;

import java.util.ArrayList;
import java.util.List;

/**
 * The kernel inception distance (Binkowski et al. 2018): the unbiased estimate of the squared maximum mean discrepancy mean_{i != j}
 * k(x_i, x_j) + mean_{i != j} k(y_i, y_j) - 2 mean_{i, j} k(x_i, y_j), with k(x, y) = (x'y / D + 1)^3. It is not multiplied by 1000,
 * and is negative if the sets are closer than chance.
 *
 * @param mean mean over the subsets, or the single estimate
 * @param deviation standard deviation over the subsets (ddof 0); 0 for a single estimate
 */
public record KernelDistance(double mean, double deviation) {
    /** The estimate over all pairs, from the tiles with from <= to within each set, and all tiles between the sets. */
    public static KernelDistance of(List<KernelSum> real, List<KernelSum> generated, List<KernelSum> both) {
        return new KernelDistance(KernelSum.mean(real) + KernelSum.mean(generated) - 2 * KernelSum.mean(both), 0);
    }

    /** The estimate over all pairs of sets in memory. Throws {@link IllegalArgumentException} if a set has fewer than two vectors. */
    public static KernelDistance between(List<FeatureBlock> real, List<FeatureBlock> generated) {
        if (rows(real) < 2 || rows(generated) < 2) {
            throw new IllegalArgumentException("cannot take a kernel distance: expected two or more vectors on each"
                    + " side, got " + rows(real) + " and " + rows(generated));
        }
        var both = new ArrayList<KernelSum>();
        for (var from : real) {
            generated.forEach(to -> both.add(KernelSum.between(from, to)));
        }
        return of(within(real), within(generated), both);
    }

    /** Mean and standard deviation of the estimates of subsets. */
    public static KernelDistance ofSubsets(double[] estimates) {
        double mean = 0;
        for (double estimate : estimates) {
            mean += estimate / estimates.length;
        }
        double variance = 0;
        for (double estimate : estimates) {
            variance += (estimate - mean) * (estimate - mean) / estimates.length;
        }
        return new KernelDistance(mean, Math.sqrt(variance));
    }

    private static List<KernelSum> within(List<FeatureBlock> set) {
        var tiles = new ArrayList<KernelSum>();
        for (int i = 0; i < set.size(); i++) {
            for (int j = i; j < set.size(); j++) {
                tiles.add(KernelSum.within(set.get(i), set.get(j)));
            }
        }
        return tiles;
    }

    private static long rows(List<FeatureBlock> set) {
        return set.stream().mapToLong(FeatureBlock::rows).sum();
    }
}
