package io.flowmap.ingest.image;

import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Colours by index, as Pillow 9.4 has them: an index beyond the palette that the file has is the gray of that level.
 *
 * @param words of {@link PixelImage}, 256
 */
record Palette(int[] words) {
    private static final int COLORS = 256;

    /** All indices are grays. */
    static Palette gray() {
        int[] words = new int[COLORS];
        for (int i = 0; i < COLORS; i++) {
            words[i] = 0x01010100 * i;
        }
        return new Palette(words);
    }

    /**
     * Colours as a file has them.
     *
     * @param count of them; what is more than 256, or beyond the file's end, is left out
     * @param step bytes from one to the next
     * @param red where red stands among three bytes, 0 or 2
     */
    static Palette of(byte[] file, int from, int count, int step, int red) {
        var palette = gray();
        for (int i = 0; i < Math.min(count, COLORS) && from + (i + 1) * step <= file.length; i++) {
            int at = from + i * step;
            palette.words[i] =
                    (file[at + red] & 0xff) << 24 | (file[at + 1] & 0xff) << 16 | (file[at + 2 - red] & 0xff) << 8;
        }
        return palette;
    }

    /**
     * A reader's palette.
     *
     * @param count colours that the file has; those behind them are the reader's own
     */
    static Palette of(IndexColorModel colors, int count) {
        var palette = gray();
        for (int i = 0; i < Math.min(count, colors.getMapSize()); i++) {
            palette.words[i] = colors.getRGB(i) << 8;
        }
        return palette;
    }

    /** The indices of a raster's first band as colours. */
    PixelImage lookUp(Raster raster) {
        return lookUp(
                raster.getHeight(),
                raster.getWidth(),
                raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null));
    }

    /** Indices [H,W] as colours; luma where all of them are gray. */
    PixelImage lookUp(int height, int width, int[] indices) {
        int[] pixels = new int[indices.length];
        boolean gray = true;
        for (int i = 0; i < pixels.length; i++) {
            int word = words[indices[i]];
            pixels[i] = word;
            gray &= word == (word >>> 24) * 0x01010100;
        }
        var image = new PixelImage(3, height, width, pixels);
        return gray ? image.gray() : image;
    }
}
