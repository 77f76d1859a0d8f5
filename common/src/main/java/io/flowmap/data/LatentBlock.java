package io.flowmap.data;

import java.util.Arrays;

/**
 * Consecutive records of a split.
 *
 * @param index of each record in the split [N]
 * @param label class of each record [N], -1 if it has none
 * @param values latents [N,C,H,W]
 * @param shape [C,H,W]
 */
public record LatentBlock(long[] index, int[] label, float[] values, LatentShape shape) {
    public LatentBlock {
        if (index.length != label.length || values.length != (long) index.length * shape.size()) {
            throw new IllegalArgumentException("expected as many labels and latents of " + shape + " as indices, got "
                    + index.length + " indices, " + label.length + " labels, " + values.length + " values");
        }
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
