package io.flowmap.ingest.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG (CMYK too) and PNG to the samples as stored: no colour management, no gamma, no rotation, alpha dropped,
 * palettes looked up, the high byte of 16-bit samples; Pillow does the same, and the pixels are equal but for CMYK,
 * which may differ by one level. Anything that is damaged, or larger than allowed, is refused. JPEGs that {@link Leptonica} decodes without a
 * complaint are its; Java's reader has the others and says what is wrong. Not thread-safe.
 */
public final class ImageDecoder implements AutoCloseable {
    private static final short JPEG_START = (short) 0xffd8;
    private static final long PNG_START = 0x89504e470d0a1a0aL;

    private final long maxPixels;
    private final ImageReader jpeg;
    private final ImageReader png;
    private String damage;

    /**
     * @param maxPixels most pixels (width times height) that an image may declare; checked before a pixel is decoded
     */
    public ImageDecoder(long maxPixels) {
        this.maxPixels = maxPixels;
        this.jpeg = jpegReader();
        this.png = ImageIO.getImageReadersByFormatName("png").next();
        jpeg.addIIOReadWarningListener((source, warning) -> noteDamage(warning));
    }

    /** Whether JPEGs can be decoded at a part of their size on this machine. */
    public static boolean scales() {
        return Leptonica.LOADED;
    }

    /** What the file says of its size. Throws {@link UnreadableRecord} with the reason for the ledger. */
    public ImageSize size(byte[] bytes) throws UnreadableRecord {
        if (isPng(bytes)) {
            return PngStructure.size(bytes);
        }
        var frame = JpegSegments.frame(requireJpeg(bytes));
        return frame.isPresent()
                ? frame.get().size()
                : read(jpeg, "JPEG", JpegSegments.withoutProfiles(bytes), ImageDecoder::size);
    }

    /** The whole image. Throws {@link UnreadableRecord} with the reason for the ledger. */
    public PixelImage decode(byte[] bytes) throws UnreadableRecord {
        return decode(bytes, 1);
    }

    /**
     * The image, of a JPEG that is of a common kind and sound in every respect at a part of its size, which takes less time.
     *
     * @param reduction 1, 2, 4 or 8: height and width are divided by it and rounded up
     */
    public PixelImage decode(byte[] bytes, int reduction) throws UnreadableRecord {
        if (isPng(bytes)) {
            PngStructure.check(bytes);
            return read(png, "PNG", bytes, this::image);
        }
        var frame = JpegSegments.frame(requireJpeg(bytes));
        if (Leptonica.LOADED && frame.isPresent() && frame.get().common() && JpegSegments.ends(bytes)) {
            requireBounded(frame.get().size());
            var image = Leptonica.decode(bytes, reduction);
            if (image.isPresent()) {
                return image.get();
            }
        }
        return read(jpeg, "JPEG", JpegSegments.withoutProfiles(bytes), this::image);
    }

    @Override
    public void close() {
        jpeg.dispose();
        png.dispose();
    }

    /** What is taken from a reader that has its input. */
    @FunctionalInterface
    private interface Taken<T> {
        T from(ImageReader reader) throws IOException, UnreadableRecord;
    }

    private <T> T read(ImageReader reader, String format, byte[] bytes, Taken<T> taken) throws UnreadableRecord {
        damage = null;
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(stream, true, true);
            var result = taken.from(reader);
            if (damage != null) {
                throw new UnreadableRecord("damaged " + format + ": " + damage);
            }
            return result;
        } catch (IOException | RuntimeException e) {
            // the readers answer damaged input with many kinds of runtime exceptions
            throw new UnreadableRecord("cannot decode " + format + ": " + e.getMessage());
        } finally {
            reader.setInput(null);
        }
    }

    private static ImageSize size(ImageReader reader) throws IOException {
        return new ImageSize(reader.getHeight(0), reader.getWidth(0));
    }

    private PixelImage image(ImageReader reader) throws IOException, UnreadableRecord {
        requireBounded(size(reader));
        return packed(reader.read(0));
    }

    private void requireBounded(ImageSize size) throws UnreadableRecord {
        if (size.pixels() > maxPixels) {
            throw new UnreadableRecord("image of " + size + " exceeds " + maxPixels + " pixels");
        }
    }

    /** libjpeg fills what is missing with gray and goes on; stray bytes between markers do no harm. */
    private void noteDamage(String warning) {
        var text = warning.toLowerCase(Locale.ROOT);
        boolean lost = text.contains("premature end") || text.contains("corrupt") || text.contains("truncated");
        if (lost && !text.contains("extraneous bytes")) {
            damage = warning;
        }
    }

    private static boolean isPng(byte[] bytes) {
        return bytes.length > Long.BYTES && ByteBuffer.wrap(bytes).getLong() == PNG_START;
    }

    private static byte[] requireJpeg(byte[] bytes) throws UnreadableRecord {
        if (bytes.length > 2 && ByteBuffer.wrap(bytes).getShort() == JPEG_START) {
            return bytes;
        }
        throw new UnreadableRecord(bytes.length == 0 ? "empty file" : "neither JPEG nor PNG");
    }

    /**
     * Made by hand rather than through ImageIO's registry of formats, which depends on the thread's class loader in an
     * executor.
     */
    private static ImageReader jpegReader() {
        var provider = new JPEGImageReaderSpi();
        provider.onRegistration(IIORegistry.getDefaultInstance(), ImageReaderSpi.class);
        try {
            return provider.createReaderInstance(null);
        } catch (IOException e) {
            throw new IllegalStateException("cannot create a JPEG reader", e);
        }
    }

    private static PixelImage packed(BufferedImage image) throws UnreadableRecord {
        if (image.getColorModel() instanceof IndexColorModel palette) {
            return lookedUp(image.getRaster(), palette);
        }
        var raster = image.getRaster();
        int channels = raster.getNumBands() < 3 ? 1 : 3;
        int width = raster.getWidth();
        int shift = raster.getSampleModel().getSampleSize(0) - 8;
        if (shift < 0) {
            throw new UnreadableRecord("samples of " + (shift + 8) + " bits");
        }
        int[] words = new int[raster.getHeight() * width];
        int[] row = new int[width];
        for (int y = 0; y < raster.getHeight(); y++) {
            for (int channel = 0; channel < channels; channel++) {
                raster.getSamples(0, y, width, 1, channel, row);
                for (int x = 0; x < width; x++) {
                    words[y * width + x] |= row[x] >> shift << PixelImage.shift(channel);
                }
            }
        }
        return new PixelImage(channels, raster.getHeight(), width, words);
    }

    private static PixelImage lookedUp(Raster raster, IndexColorModel palette) {
        int[] words = new int[raster.getWidth() * raster.getHeight()];
        boolean gray = true;
        for (int i = 0; i < words.length; i++) {
            int color = palette.getRGB(raster.getSample(i % raster.getWidth(), i / raster.getWidth(), 0));
            words[i] = color << 8;
            gray &= (color >> 16 & 0xff) == (color & 0xff) && (color >> 8 & 0xff) == (color & 0xff);
        }
        var image = new PixelImage(3, raster.getHeight(), raster.getWidth(), words);
        return gray ? image.gray() : image;
    }
}
