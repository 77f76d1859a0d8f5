package io.flowmap.ingest.judge;

import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.image.Resampling;

/**
 * A perceptual hash of 128 bits: the signs of an image's coarse gradients (dHash). Luma is averaged to 9x8 and 8x9; a bit is set if the
 * neighbour to the right or below is brighter by at least {@link #NOISE}. Robust to resizing and lossy compression.
 *
 * @param across signs of the gradients along rows
 * @param down signs of the gradients along columns
 */
public record Look(long across, long down) {
    /** Number of bits. */
    static final int BITS = 128;
    /** Largest distance allowed. Beyond it, images with little in common would match. */
    static final int MOST_DISTANCE = 16;

    private static final int SIDE = 8;
    /** Smallest step that counts, in 1/255 of the range. Without it flat areas would give random bits. */
    private static final int NOISE = 2;

    public static Look of(PixelImage image) {
        var gray = image.gray();
        byte[] wide = Resampling.BOX.resize(gray, SIDE, SIDE + 1).planes();
        byte[] high = Resampling.BOX.resize(gray, SIDE + 1, SIDE).planes();
        long across = 0;
        long down = 0;
        for (int i = 0; i < SIDE * SIDE; i++) {
            int at = i / SIDE * (SIDE + 1) + i % SIDE;
            across = across << 1 | brighter(wide, at, at + 1);
            down = down << 1 | brighter(high, i, i + SIDE);
        }
        return new Look(across, down);
    }

    private static long brighter(byte[] pixels, int first, int second) {
        return (pixels[second] & 0xff) - (pixels[first] & 0xff) >= NOISE ? 1 : 0;
    }
}
