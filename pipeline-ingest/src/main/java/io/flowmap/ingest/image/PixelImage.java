package io.flowmap.ingest.image;

import java.util.Arrays;

/**
 * An 8-bit image in planes: {@code pixels} is [C,H,W], unsigned bytes.
 *
 * @param channels 1 (luma) or 3 (red, green, blue)
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param pixels channels * height * width bytes
 */
public record PixelImage(int channels, int height, int width, byte[] pixels) {
    private static final int RED = 19595;
    private static final int GREEN = 38470;
    private static final int BLUE = 7471;
    private static final int HALF = 0x8000;

    public PixelImage {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("cannot hold an image: expected 1 or 3 channels, got " + channels);
        }
        if (height < 1 || width < 1 || pixels.length != (long) channels * height * width) {
            throw new IllegalArgumentException("cannot hold an image: expected " + channels + "x" + height + "x" + width
                    + " bytes, got " + pixels.length);
        }
    }

    /** The image in {@code wanted} channels: {@link #gray()} for 1, {@link #rgb()} for 3. */
    public PixelImage withChannels(int wanted) {
        return wanted == 1 ? gray() : rgb();
    }

    /**
     * ITU-R 601-2 luma in 16-bit fixed point, as Pillow's {@code convert("L")}: (19595 R + 38470 G + 7471 B + 2^15) /
     * 2^16.
     */
    public PixelImage gray() {
        if (channels == 1) {
            return this;
        }
        int plane = height * width;
        byte[] luma = new byte[plane];
        for (int i = 0; i < plane; i++) {
            int red = pixels[i] & 0xff;
            int green = pixels[plane + i] & 0xff;
            int blue = pixels[2 * plane + i] & 0xff;
            luma[i] = (byte) ((RED * red + GREEN * green + BLUE * blue + HALF) >> 16);
        }
        return new PixelImage(1, height, width, luma);
    }

    /** Three channels; a luma image is repeated. */
    public PixelImage rgb() {
        if (channels == 3) {
            return this;
        }
        byte[] repeated = Arrays.copyOf(pixels, 3 * pixels.length);
        System.arraycopy(pixels, 0, repeated, pixels.length, pixels.length);
        System.arraycopy(pixels, 0, repeated, 2 * pixels.length, pixels.length);
        return new PixelImage(3, height, width, repeated);
    }

    /** The rectangle of {@code rows} x {@code columns} pixels whose first corner is at ({@code top}, {@code left}). */
    public PixelImage crop(int top, int left, int rows, int columns) {
        if (top == 0 && left == 0 && rows == height && columns == width) {
            return this;
        }
        byte[] kept = new byte[channels * rows * columns];
        for (int line = 0; line < channels * rows; line++) {
            int from = ((line / rows) * height + top + line % rows) * width + left;
            System.arraycopy(pixels, from, kept, line * columns, columns);
        }
        return new PixelImage(channels, rows, columns, kept);
    }
}
