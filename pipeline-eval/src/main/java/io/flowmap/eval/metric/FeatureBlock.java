package io.flowmap.eval.metric;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Features of consecutive images, the unit in which statistics are computed: blocks are cut by image index, so a sum
 * over blocks in block order does not depend on how the images were partitioned.
 *
 * @param block number of this block, first index divided by the block length
 * @param dimension features an image, D
 * @param features row-major [rows, D]
 */
public record FeatureBlock(int block, int dimension, float[] features) implements Serializable {
    public FeatureBlock {
        if (dimension < 1 || features.length % dimension != 0) {
            throw new IllegalArgumentException("cannot make feature block " + block
                    + ": expected a multiple of dimension " + dimension + ", got " + features.length + " values");
        }
    }

    public int rows() {
        return features.length / dimension;
    }

    /** The first rows. */
    public FeatureBlock first(int rows) {
        return rows == rows() ? this : new FeatureBlock(block, dimension, Arrays.copyOf(features, rows * dimension));
    }
}
