package io.flowmap.ingest.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageMetadata;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReader;

/** Reads the first image of a TIFF with TwelveMonkeys' reader and converts its rasters to colours as Pillow does. */
final class TiffReader implements FormatReader {
    private static final int INKS = 4;

    private final JavaReader java = JavaReader.of("TIFF", new TIFFImageReaderSpi());

    @Override
    public ImageSize size(byte[] file) throws UnreadableRecord {
        return java.read(file, reader -> {
            var tags = tags(reader);
            tags.check(file.length);
            var size = JavaReader.size(reader);
            return tags.transposed() ? new ImageSize(size.width(), size.height()) : size;
        });
    }

    @Override
    public PixelImage decode(byte[] file, int reduction) throws UnreadableRecord {
        return java.read(file, reader -> {
            var tags = tags(reader);
            return turned(image(reader, tags), tags);
        });
    }

    @Override
    public void close() {
        java.close();
    }

    private static TiffTags tags(ImageReader reader) throws IOException {
        return new TiffTags((TIFFImageMetadata) reader.getImageMetadata(0));
    }

    private static PixelImage image(ImageReader reader, TiffTags tags) throws IOException, UnreadableRecord {
        var image = reader.read(0);
        var raster = image.getRaster();
        if (image.getColorModel() instanceof IndexColorModel colors) {
            return Palette.of(colors, colors.getMapSize()).lookUp(raster);
        }
        return switch (tags.colors()) {
            case GRAY -> gray(raster);
            case RGB -> tags.premultiplied() ? divided(PixelImage.of(raster), raster) : PixelImage.of(raster);
            case INKS -> printed(raster);
        };
    }

    /** Gray values, clipped to 0..255 at any depth, as in Pillow. */
    private static PixelImage gray(Raster raster) {
        int width = raster.getWidth();
        int[] words = new int[width * raster.getHeight()];
        for (int i = 0; i < words.length; i++) {
            double level = raster.getSampleDouble(i % width, i / width, 0);
            words[i] = (int) Math.max(0, Math.min(0xff, level)) << PixelImage.shift(0);
        }
        return new PixelImage(1, raster.getHeight(), width, words);
    }

    private static PixelImage printed(Raster raster) {
        int width = raster.getWidth();
        int shift = raster.getSampleModel().getSampleSize(0) - Byte.SIZE;
        int[] words = new int[width * raster.getHeight()];
        int[] inks = new int[raster.getNumBands()];
        for (int i = 0; i < words.length; i++) {
            raster.getPixel(i % width, i / width, inks);
            for (int ink = 0; ink < INKS; ink++) {
                inks[ink] = 0xff - (inks[ink] >> shift);
            }
            words[i] = PixelImage.printed(inks[0], inks[1], inks[2], inks[3]);
        }
        return new PixelImage(3, raster.getHeight(), width, words);
    }

    /** Divides colours by their premultiplied alpha, the fourth channel. */
    private static PixelImage divided(PixelImage image, Raster raster) {
        int shift = raster.getSampleModel().getSampleSize(3) - Byte.SIZE;
        int[] words = new int[image.words().length];
        for (int i = 0; i < words.length; i++) {
            int alpha = raster.getSample(i % image.width(), i / image.width(), 3) >> shift;
            for (int channel = 0; channel < 3 && alpha > 0; channel++) {
                int level = image.words()[i] >>> PixelImage.shift(channel) & 0xff;
                words[i] |= Math.min(0xff, level * 0xff / alpha) << PixelImage.shift(channel);
            }
        }
        return new PixelImage(3, image.height(), image.width(), words);
    }

    private static PixelImage turned(PixelImage image, TiffTags tags) {
        if (tags.upright()) {
            return image;
        }
        int height = tags.transposed() ? image.width() : image.height();
        int width = tags.transposed() ? image.height() : image.width();
        int[] words = new int[height * width];
        for (int i = 0; i < words.length; i++) {
            int row = tags.transposed() ? i % width : i / width;
            int column = tags.transposed() ? i / width : i % width;
            row = tags.upsideDown() ? image.height() - 1 - row : row;
            column = tags.mirrored() ? image.width() - 1 - column : column;
            words[i] = image.words()[row * image.width() + column];
        }
        return new PixelImage(image.channels(), height, width, words);
    }
}
