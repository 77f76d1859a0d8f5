package io.flowmap.data;

import java.util.Arrays;

/**
 * Consecutive records of a split.
 *
 * @param index index of each record in the split [N]
 * @param inline conditions that are stored with the records; {@link #copyConditions} gives all
 * @param values latents [N,C,H,W]
 * @param shape shape of a latent [C,H,W]
 * @param texts the records' texts, which are stored apart; null if there are none
 */
public record LatentBlock(long[] index, Conditions inline, float[] values, LatentShape shape, RecordTexts texts) {
    /** Keys [N] of the records' texts, and where these are. The texts [N] themselves are null if what they encode to is stored. */
    record RecordTexts(Texts store, String[] keys, String[] texts) {}

    /** A block of records that have no texts apart. */
    public LatentBlock(long[] index, Conditions conditions, float[] values, LatentShape shape) {
        this(index, conditions, values, shape, null);
    }

    /** A block whose records have classes only, -1 for none. */
    public LatentBlock(long[] index, int[] label, float[] values, LatentShape shape) {
        this(index, Conditions.classes(label), values, shape);
    }

    public LatentBlock {
        if (index.length != inline.count() || values.length != (long) index.length * shape.size()) {
            throw new IllegalArgumentException("expected as many labels and latents of " + shape + " as indices, got "
                    + index.length + " indices, " + inline.count() + " labels, " + values.length + " values");
        }
    }

    /** Class of each record [N], -1 for none. */
    public int[] label() {
        return inline.labels();
    }

    /** Writes all conditions of a record to position {@code to} of others. Those of its text are read only now. */
    public void copyConditions(int record, Conditions others, int to) {
        others.copy(inline, record, to, 1);
        if (texts != null) {
            texts.store().write(texts.keys()[record], texts.texts()[record], others, to);
        }
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
