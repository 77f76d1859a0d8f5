package io.flowmap.data;

import java.io.Serializable;

/** Shape [C,H,W] of one latent or image. */
public record LatentShape(int channels, int height, int width) implements Serializable {
    private static final int MOST = Integer.MAX_VALUE / 8;

    public LatentShape {
        if (channels < 1
                || height < 1
                || width < 1
                || (long) channels * height > MOST
                || (long) channels * height * width > MOST) {
            throw new IllegalArgumentException("expected positive channels, height and width of at most " + MOST
                    + " elements, got " + channels + "x" + height + "x" + width);
        }
    }

    /** Number of elements C * H * W. */
    public int size() {
        return channels * height * width;
    }

    /** [C,H,W] as an array. */
    public long[] dimensions() {
        return new long[] {channels, height, width};
    }

    /** Shape [N,C,H,W] of a batch. */
    public long[] batch(int count) {
        return new long[] {count, channels, height, width};
    }

    /** Throws {@link IllegalArgumentException} unless there are as many values as {@code count} arrays of this shape have, at least one. */
    public void require(int values, int count) {
        if (count < 1 || values != (long) count * size()) {
            throw new IllegalArgumentException(
                    "expected " + count + " arrays of " + this + ", got " + values + " values");
        }
    }
}
