package io.flowmap.ingest.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import java.awt.image.Raster;

/**
 * Reads JPEGs. {@link Leptonica} decodes the files that it accepts without any warning; Java's reader decodes the others and reports what
 * is wrong. Four components are always taken for inverted inks in Adobe's form, with or without Adobe's marker, as in Pillow.
 */
final class JpegReader implements FormatReader {
    private static final int INKS = 4;
    /** Constants of libjpeg's YCbCr conversion: 1.402, 1.772, 0.71414 and 0.34414 in 16-bit fixed point. */
    private static final int RED = 91881;

    private static final int BLUE = 116130;
    private static final int GREEN_OF_RED = 46802;
    private static final int GREEN_OF_BLUE = 22554;
    private static final int HALF = 0x8000;

    private final JavaReader java = JavaReader.of("JPEG", new JPEGImageReaderSpi());

    @Override
    public ImageSize size(byte[] file) throws UnreadableRecord {
        var frame = JpegSegments.frame(file);
        return frame.isPresent() ? frame.get().size() : java.read(JpegSegments.withoutProfiles(file), JavaReader::size);
    }

    @Override
    public PixelImage decode(byte[] file, int reduction) throws UnreadableRecord {
        var frame = JpegSegments.frame(file);
        if (Leptonica.LOADED && frame.isPresent() && frame.get().common() && JpegSegments.ends(file)) {
            var image = Leptonica.jpeg(file, reduction);
            if (image.isPresent()) {
                return image.get();
            }
        }
        var plain = JpegSegments.withoutProfiles(file);
        if (frame.isPresent() && frame.get().components() == INKS) {
            boolean mixed = JpegSegments.transform(file) != 0;
            return java.read(plain, reader -> printed(reader.readRaster(0, null), mixed));
        }
        return java.read(plain, reader -> PixelImage.of(reader.read(0).getRaster()));
    }

    @Override
    public void close() {
        java.close();
    }

    /** @param mixed whether the first three components are YCbCr of the complements of the inks */
    private static PixelImage printed(Raster raster, boolean mixed) {
        int width = raster.getWidth();
        int[] words = new int[width * raster.getHeight()];
        int[] inks = new int[INKS];
        for (int i = 0; i < words.length; i++) {
            raster.getPixel(i % width, i / width, inks);
            if (mixed) {
                unmix(inks);
            }
            words[i] = PixelImage.printed(inks[0], inks[1], inks[2], inks[3]);
        }
        return new PixelImage(3, raster.getHeight(), width, words);
    }

    private static void unmix(int[] inks) {
        int luma = inks[0];
        int blue = inks[1] - 128;
        int red = inks[2] - 128;
        inks[0] = complement(luma + (RED * red + HALF >> 16));
        inks[1] = complement(luma + (-GREEN_OF_BLUE * blue - GREEN_OF_RED * red + HALF >> 16));
        inks[2] = complement(luma + (BLUE * blue + HALF >> 16));
    }

    private static int complement(int level) {
        return 0xff - Math.max(0, Math.min(0xff, level));
    }
}
