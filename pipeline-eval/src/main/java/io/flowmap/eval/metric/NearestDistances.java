package io.flowmap.eval.metric;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The k smallest squared distances from each row of a block to the points seen so far, the point itself excluded:
 * tiles merge in any order to the same values.
 */
public final class NearestDistances implements Serializable {
    private final int neighbours;
    private final double[] nearest;

    private NearestDistances(int neighbours, double[] nearest) {
        this.neighbours = neighbours;
        this.nearest = nearest;
    }

    /** The k smallest squared distances within one tile of a set against itself; equal block numbers are one block. */
    public static NearestDistances within(FeatureBlock from, FeatureBlock to, int neighbours) {
        var nearest = new double[from.rows() * neighbours];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        var distances = new SquaredDistances(to);
        for (int row = 0; row < from.rows(); row++) {
            var squared = distances.from(from, row);
            int self = from.block() == to.block() ? row : -1;
            for (int i = 0; i < squared.length; i++) {
                if (i != self && squared[i] < nearest[(row + 1) * neighbours - 1]) {
                    insert(nearest, row * neighbours, neighbours, squared[i]);
                }
            }
        }
        return new NearestDistances(neighbours, nearest);
    }

    /** The k smallest of both tiles. */
    public NearestDistances merge(NearestDistances other) {
        var merged = nearest.clone();
        for (int i = 0; i < merged.length; i++) {
            int row = i / neighbours * neighbours;
            if (other.nearest[i] < merged[row + neighbours - 1]) {
                insert(merged, row, neighbours, other.nearest[i]);
            }
        }
        return new NearestDistances(neighbours, merged);
    }

    /** The squared distance of each row to its k-th neighbour; infinite where fewer than k other points were seen. */
    public double[] squaredRadii() {
        var radii = new double[nearest.length / neighbours];
        for (int row = 0; row < radii.length; row++) {
            radii[row] = nearest[(row + 1) * neighbours - 1];
        }
        return radii;
    }

    private static void insert(double[] nearest, int row, int neighbours, double value) {
        int i = row + neighbours - 1;
        for (; i > row && nearest[i - 1] > value; i--) {
            nearest[i] = nearest[i - 1];
        }
        nearest[i] = value;
    }
}
