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
}
