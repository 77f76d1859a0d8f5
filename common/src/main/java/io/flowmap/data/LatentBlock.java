package io.flowmap.data;

import java.util.Arrays;

/**
 * Consecutive records of a split.
 *
 * @param index of each record in the split [N]
 * @param conditions of each record
 * @param values latents [N,C,H,W]
 * @param shape [C,H,W]
 */
public record LatentBlock(long[] index, Conditions conditions, float[] values, LatentShape shape) {
    /** Records with classes alone, -1 for none. */
    public LatentBlock(long[] index, int[] label, float[] values, LatentShape shape) {
        this(index, Conditions.classes(label), values, shape);
    }

    public LatentBlock {
        if (index.length != conditions.count() || values.length != (long) index.length * shape.size()) {
            throw new IllegalArgumentException("expected as many labels and latents of " + shape + " as indices, got "
                    + index.length + " indices, " + conditions.count() + " labels, " + values.length + " values");
        }
    }

    /** Class of each record [N], -1 if it has none. */
    public int[] label() {
        return conditions.labels();
    }

    /** Records: N. */
    public int count() {
        return index.length;
    }

    /** The latent [C,H,W] of a row, copied. */
    public float[] latent(int row) {
        return Arrays.copyOfRange(values, row * shape.size(), (row + 1) * shape.size());
    }
}
