package io.flowmap.data;

import io.flowmap.tensor.DType;

/**
 * One record of a split.
 *
 * @param index index in the split, from 0
 * @param label class, -1 for none
 * @param latent values [C,H,W] as bytes of {@code dtype}
 */
public record LatentRecord(long index, int label, byte[] latent, DType dtype, LatentShape shape) {
    public LatentRecord {
        if (latent.length != (long) shape.size() * dtype.bytes()) {
            throw new IllegalArgumentException("expected " + shape.size() + " " + dtype.text() + " values in record "
                    + index + ", got " + latent.length + " bytes");
        }
    }

    /** Creates a record by encoding the values. */
    public static LatentRecord of(long index, int label, float[] values, DType dtype, LatentShape shape) {
        return new LatentRecord(index, label, dtype.encode(values), dtype, shape);
    }

    /** The decoded values [C,H,W]. */
    public float[] values() {
        return dtype.decode(latent);
    }
}
