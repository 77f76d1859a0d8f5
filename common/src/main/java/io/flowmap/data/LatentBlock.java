package io.flowmap.data;

import java.util.Arrays;

/**
 * Consecutive records of a split.
 *
 * @param index index of each record in the split [N]
 * @param conditions conditions of the records
 * @param values latents [N,C,H,W]
 * @param shape shape of a latent [C,H,W]
 */
public record LatentBlock(long[] index, Conditions conditions, float[] values, LatentShape shape) {
    /** A block whose records have classes only, -1 for none. */
    public LatentBlock(long[] index, int[] label, float[] values, LatentShape shape) {
        this(index, Conditions.classes(label), values, shape);
    }

    public LatentBlock {
        if (index.length != conditions.count() || values.length != (long) index.length * shape.size()) {
            throw new IllegalArgumentException("expected as many labels and latents of " + shape + " as indices, got "
                    + index.length + " indices, " + conditions.count() + " labels, " + values.length + " values");
        }
    }

    /** Class of each record [N], -1 for none. */
    public int[] label() {
        return conditions.labels();
    }

    /** Number of records N. */
    public int count() {
        return index.length;
    }

    /** A copy of the latent [C,H,W] in a row. */
    public float[] latent(int row) {
        return Arrays.copyOfRange(values, row * shape.size(), (row + 1) * shape.size());
    }
}
