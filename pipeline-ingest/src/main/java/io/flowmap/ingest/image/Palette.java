package io.flowmap.ingest.image;

import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Colours by index. As in Pillow 9.4, an index beyond the file's palette is the gray of that level.
 *
 * @param words 256 colours in the layout of {@link PixelImage}
 */
record Palette(int[] words) {
    private static final int COLORS = 256;

    /** A palette in which every index is a gray. */
    static Palette gray() {
        int[] words = new int[COLORS];
        for (int i = 0; i < COLORS; i++) {
            words[i] = 0x01010100 * i;
        }
        return new Palette(words);
    }

    /**
     * Reads a palette from a file.
     *
     * @param count number of colours; those beyond 256 or beyond the end of the file are ignored
     * @param step bytes from one colour to the next
     * @param red position of red within three bytes, 0 or 2
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
     * Takes over the palette of a reader.
     *
     * @param count number of colours in the file; the reader adds further ones of its own
     */
    static Palette of(IndexColorModel colors, int count) {
        var palette = gray();
        for (int i = 0; i < Math.min(count, colors.getMapSize()); i++) {
            palette.words[i] = colors.getRGB(i) << 8;
        }
        return palette;
    }

    /** Converts the indices of a raster's first band to colours. */
    PixelImage lookUp(Raster raster) {
        return lookUp(
                raster.getHeight(),
                raster.getWidth(),
                raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null));
    }

    /** Converts indices [H,W] to colours; to luma if all of them are gray. */
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
