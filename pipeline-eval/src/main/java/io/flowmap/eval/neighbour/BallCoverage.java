package io.flowmap.eval.neighbour;

import io.flowmap.eval.distance.FeatureBlock;
import java.util.BitSet;

/**
 * Which points lie inside balls around other points, for one tile (improved precision and recall, Kynkaanniemi et al. 2019; density and
 * coverage, Naeem et al. 2020). A point is inside if d(x, c) <= radius(c). The boundary counts as inside, so a point equal to a centre
 * of radius 0 counts.
 *
 * @param real rows of the real block inside a ball of the generated block: recall
 * @param generated rows of the generated block inside a ball of the real block: precision
 * @param reached rows of the real block whose own ball contains a row of the generated block: coverage
 * @param hits pairs of a row of the generated block and a ball of the real block that contains it: density
 */
public record BallCoverage(BitSet real, BitSet generated, BitSet reached, long hits) {
    /** Computes all four from one pass over a tile's distances. */
    public static BallCoverage of(
            FeatureBlock real, double[] realSquaredRadii, FeatureBlock generated, double[] generatedSquaredRadii) {
        return of(DistanceTile.between(real, generated), realSquaredRadii, generatedSquaredRadii);
    }

    /** The same for an existing tile, from real rows to generated rows. */
    static BallCoverage of(DistanceTile tile, double[] realSquaredRadii, double[] generatedSquaredRadii) {
        int rows = tile.from().rows();
        var inside = new BitSet(rows);
        var inReal = new BitSet(tile.to().rows());
        var reached = new BitSet(rows);
        long hits = 0;
        var lower = new double[tile.to().rows()];
        for (int row = 0; row < rows; row++) {
            tile.lower(row, lower);
            for (int i = 0; i < lower.length; i++) {
                if (isInside(tile, row, i, lower[i], generatedSquaredRadii[i])) {
                    inside.set(row);
                }
                if (isInside(tile, row, i, lower[i], realSquaredRadii[row])) {
                    inReal.set(i);
                    reached.set(row);
                    hits++;
                }
            }
        }
        return new BallCoverage(inside, inReal, reached, hits);
    }

    private static boolean isInside(DistanceTile tile, int row, int column, double lower, double squaredRadius) {
        return !(lower > squaredRadius)
                && (lower + tile.width(row, column) <= squaredRadius || tile.exact(row, column) <= squaredRadius);
    }
}
