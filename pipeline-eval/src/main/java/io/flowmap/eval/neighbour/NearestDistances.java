package io.flowmap.eval.neighbour;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.tensor.Mergeable;
import java.util.Arrays;

/**
 * The k smallest squared distances from each row of a block to the points seen so far, excluding the point itself. Tiles may merge in
 * any order with the same result.
 */
public final class NearestDistances implements Mergeable<NearestDistances> {
    private final int neighbours;
    private final double[] nearest;

    private NearestDistances(int neighbours, double[] nearest) {
        this.neighbours = neighbours;
        this.nearest = nearest;
    }

    /**
     * The distances within one tile of a set against itself: from rows of the first block to the second, and from the second to the
     * first. If both have the same number they are one block, and there is one result.
     */
    public static NearestDistances[] within(FeatureBlock from, FeatureBlock to, int neighbours) {
        return within(DistanceTile.between(from, to), neighbours);
    }

    /** The distances of an existing tile. */
    static NearestDistances[] within(DistanceTile tile, int neighbours) {
        return tile.from().block() == tile.to().block()
                ? new NearestDistances[] {of(tile, neighbours)}
                : new NearestDistances[] {of(tile, neighbours), of(tile.transposed(), neighbours)};
    }

    /** The k smallest of both. */
    @Override
    public NearestDistances merge(NearestDistances other) {
        var merged = nearest.clone();
        for (int i = 0; i < merged.length; i++) {
            insert(merged, i / neighbours * neighbours, neighbours, other.nearest[i]);
        }
        return new NearestDistances(neighbours, merged);
    }

    /** The squared distance of each row to its k-th neighbour; infinite if fewer than k other points were seen. */
    public double[] squaredRadii() {
        var radii = new double[nearest.length / neighbours];
        for (int row = 0; row < radii.length; row++) {
            radii[row] = nearest[(row + 1) * neighbours - 1];
        }
        return radii;
    }

    private static NearestDistances of(DistanceTile tile, int neighbours) {
        var nearest = new double[tile.from().rows() * neighbours];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        boolean oneBlock = tile.from().block() == tile.to().block();
        var bounds = new double[tile.to().rows()];
        var smallest = new double[neighbours];
        for (int row = 0; row < tile.from().rows(); row++) {
            int self = oneBlock ? row : -1;
            tile.upper(row, bounds);
            double limit = kthSmallest(bounds, self, smallest);
            tile.lower(row, bounds);
            for (int i = 0; i < bounds.length; i++) {
                if (!(bounds[i] > limit) && i != self) {
                    insert(nearest, row * neighbours, neighbours, tile.exact(row, i));
                }
            }
        }
        return new NearestDistances(neighbours, nearest);
    }

    /** Upper bound: no point farther away can be among the k nearest. */
    private static double kthSmallest(double[] bounds, int self, double[] smallest) {
        Arrays.fill(smallest, Double.POSITIVE_INFINITY);
        for (int i = 0; i < bounds.length; i++) {
            if (bounds[i] < smallest[smallest.length - 1] && i != self) {
                insert(smallest, 0, smallest.length, bounds[i]);
            }
        }
        return smallest[smallest.length - 1];
    }

    private static void insert(double[] nearest, int row, int neighbours, double value) {
        int i = row + neighbours - 1;
        if (!(value < nearest[i])) {
            return;
        }
        for (; i > row && nearest[i - 1] > value; i--) {
            nearest[i] = nearest[i - 1];
        }
        nearest[i] = value;
    }
}
