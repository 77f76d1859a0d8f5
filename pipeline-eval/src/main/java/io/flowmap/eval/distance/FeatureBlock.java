package io.flowmap.eval.distance;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Features of consecutive images, the unit in which statistics are computed: blocks are cut by image index, so a sum
 * over blocks in block order does not depend on how the images were partitioned.
 *
 * @param block number of this block, first index divided by the block length
 * @param dimension features per image, D
 * @param features row-major [rows, D], finite; an {@link ArithmeticException} names the first that is not
 */
public record FeatureBlock(int block, int dimension, float[] features) implements Serializable {
    public FeatureBlock {
        if (dimension < 1 || features.length % dimension != 0) {
            throw new IllegalArgumentException("cannot make feature block " + block
                    + ": expected a multiple of dimension " + dimension + ", got " + features.length + " values");
        }
        for (int i = 0; i < features.length; i++) {
            if (!Float.isFinite(features[i])) {
                throw new ArithmeticException("cannot make feature block " + block + ": expected finite features, got "
                        + features[i] + " in row " + i / dimension);
            }
        }
    }

    public int rows() {
        return features.length / dimension;
    }

    /** The first rows. */
    public FeatureBlock first(int rows) {
        return rows == rows() ? this : new FeatureBlock(block, dimension, Arrays.copyOf(features, rows * dimension));
    }

    /** The rows from {@code from} (inclusive) to {@code to} (exclusive), as far as they are inside the block. */
    public FeatureBlock between(long from, long to) {
        int first = (int) Math.max(0, Math.min(rows(), from));
        int end = (int) Math.max(first, Math.min(rows(), to));
        return new FeatureBlock(block, dimension, Arrays.copyOfRange(features, first * dimension, end * dimension));
    }

    /** A block of the given rows in the given order; a row may occur more than once. */
    public FeatureBlock select(int... rows) {
        var selected = new float[rows.length * dimension];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(features, rows[i] * dimension, selected, i * dimension, dimension);
        }
        return new FeatureBlock(block, dimension, selected);
    }
}
