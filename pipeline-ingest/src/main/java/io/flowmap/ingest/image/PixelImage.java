package io.flowmap.ingest.image;

import java.awt.image.Raster;

/**
 * An 8-bit image.
 *
 * @param channels 1 (luma) or 3 (red, green, blue)
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param words [H,W], one pixel in each word, first channel in the highest byte, unused low bytes zero
 */
public record PixelImage(int channels, int height, int width, int[] words) {
    private static final int RED = 19595;
    private static final int GREEN = 38470;
    private static final int BLUE = 7471;
    private static final int HALF = 0x8000;

    public PixelImage {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("cannot hold an image: expected 1 or 3 channels, got " + channels);
        }
        if (height < 1 || width < 1 || words.length != (long) height * width) {
            throw new IllegalArgumentException(
                    "cannot hold an image: expected " + height + "x" + width + " pixels, got " + words.length);
        }
    }

    /** Image from planes [C,H,W] of unsigned bytes. */
    public static PixelImage ofPlanes(int channels, int height, int width, byte[] planes) {
        if (planes.length != (long) channels * height * width) {
            throw new IllegalArgumentException("cannot hold an image: expected " + channels + "x" + height + "x" + width
                    + " bytes, got " + planes.length);
        }
        int[] words = new int[height * width];
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < words.length; i++) {
                words[i] |= (planes[c * words.length + i] & 0xff) << shift(c);
            }
        }
        return new PixelImage(channels, height, width, words);
    }

    /**
     * Image from a raster with one or two channels (luma, alpha), or with three or more. Of samples deeper than 8 bits the high byte is
     * used; shallower samples are stretched to 8 bits.
     */
    static PixelImage of(Raster raster) {
        int channels = raster.getNumBands() < 3 ? 1 : 3;
        int width = raster.getWidth();
        int[] words = new int[raster.getHeight() * width];
        int[] row = new int[width];
        for (int y = 0; y < raster.getHeight(); y++) {
            for (int channel = 0; channel < channels; channel++) {
                int bits = raster.getSampleModel().getSampleSize(channel);
                raster.getSamples(0, y, width, 1, channel, row);
                for (int x = 0; x < width; x++) {
                    int level = bits < 8 ? row[x] * 0xff / ((1 << bits) - 1) : row[x] >> bits - 8;
                    words[y * width + x] |= level << shift(channel);
                }
            }
        }
        return new PixelImage(channels, raster.getHeight(), width, words);
    }

    /** The image as planes [C,H,W] of unsigned bytes. */
    public byte[] planes() {
        byte[] planes = new byte[channels * words.length];
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < words.length; i++) {
                planes[c * words.length + i] = (byte) (words[i] >>> shift(c));
            }
        }
        return planes;
    }

    /** The RGB pixel of four inverted inks (255 = no ink): each colour is the product of its ink and black. */
    static int printed(int cyan, int magenta, int yellow, int black) {
        return product(cyan, black) << 24 | product(magenta, black) << 16 | product(yellow, black) << 8;
    }

    /** a b / 255, rounded. */
    private static int product(int a, int b) {
        return (2 * a * b + 0xff) / (2 * 0xff);
    }

    /** Bit position of a channel in a word. */
    static int shift(int channel) {
        return 24 - 8 * channel;
    }

    public ImageSize size() {
        return new ImageSize(height, width);
    }

    /** The image with {@code wanted} channels: {@link #gray()} for 1, {@link #rgb()} for 3. */
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
        int[] luma = new int[words.length];
        for (int i = 0; i < luma.length; i++) {
            int red = words[i] >>> 24;
            int green = words[i] >>> 16 & 0xff;
            int blue = words[i] >>> 8 & 0xff;
            luma[i] = (RED * red + GREEN * green + BLUE * blue + HALF) >> 16 << 24;
        }
        return new PixelImage(1, height, width, luma);
    }

    /** The image with three channels; luma is repeated. */
    public PixelImage rgb() {
        if (channels == 3) {
            return this;
        }
        int[] repeated = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            repeated[i] = words[i] | words[i] >>> 8 | words[i] >>> 16;
        }
        return new PixelImage(3, height, width, repeated);
    }

    /** The image on a black canvas, its top left corner at ({@code top}, {@code left}). */
    PixelImage within(ImageSize canvas, int top, int left) {
        if (size().equals(canvas)) {
            return this;
        }
        int[] placed = new int[Math.toIntExact(canvas.pixels())];
        for (int row = 0; row < height; row++) {
            System.arraycopy(words, row * width, placed, (top + row) * canvas.width() + left, width);
        }
        return new PixelImage(channels, canvas.height(), canvas.width(), placed);
    }

    /** The rectangle of {@code rows} x {@code columns} pixels whose top left corner is at ({@code top}, {@code left}). */
    public PixelImage crop(int top, int left, int rows, int columns) {
        if (top == 0 && left == 0 && rows == height && columns == width) {
            return this;
        }
        int[] kept = new int[rows * columns];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(words, (top + row) * width + left, kept, row * columns, columns);
        }
        return new PixelImage(channels, rows, columns, kept);
    }
}
