package io.flowmap.eval.metric;

import java.util.BitSet;

/**
 * Which points lie inside the union of balls around other points, tile by tile (improved precision and recall,
 * Kynkaanniemi et al. 2019): d(x, c) <= radius(c), ties inside, so points that equal a centre of radius 0 count.
 *
 * @param real rows of the real block inside a ball of the generated block: recall
 * @param generated rows of the generated block inside a ball of the real block: precision
 */
public record BallCoverage(BitSet real, BitSet generated) {
    /** Both directions of one tile from one pass over its distances. */
    public static BallCoverage of(
            FeatureBlock real, double[] realSquaredRadii, FeatureBlock generated, double[] generatedSquaredRadii) {
        var coverage = new BallCoverage(new BitSet(real.rows()), new BitSet(generated.rows()));
        var distances = new SquaredDistances(generated);
        for (int row = 0; row < real.rows(); row++) {
            var squared = distances.from(real, row);
            for (int i = 0; i < squared.length; i++) {
                if (squared[i] <= generatedSquaredRadii[i]) {
                    coverage.real.set(row);
                }
                if (squared[i] <= realSquaredRadii[row]) {
                    coverage.generated.set(i);
                }
            }
        }
        return coverage;
    }
}
