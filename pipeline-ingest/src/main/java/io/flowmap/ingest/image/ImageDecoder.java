package io.flowmap.ingest.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG (CMYK too) and PNG to the samples as stored: no colour management, no gamma, no rotation, alpha dropped,
 * palettes looked up, the high byte of 16-bit samples; Pillow does the same, and the pixels are equal but for CMYK,
 * which may differ by one level. Anything that is damaged, or larger than allowed, is refused. Not thread-safe.
 */
public final class ImageDecoder implements AutoCloseable {
    private static final int JPEG_START = 0xffd8;
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

    /** @throws UnreadableRecord with the reason for the ledger */
    public PixelImage decode(byte[] bytes) throws UnreadableRecord {
        if (bytes.length > 8 && startsAsPng(bytes)) {
            PngStructure.check(bytes);
            return decode(png, "PNG", bytes);
        }
        if (bytes.length > 2 && ((bytes[0] & 0xff) << 8 | bytes[1] & 0xff) == JPEG_START) {
            return decode(jpeg, "JPEG", JpegProfiles.drop(bytes));
        }
        throw new UnreadableRecord(bytes.length == 0 ? "empty file" : "neither JPEG nor PNG");
    }

    @Override
    public void close() {
        jpeg.dispose();
        png.dispose();
    }

    private PixelImage decode(ImageReader reader, String format, byte[] bytes) throws UnreadableRecord {
        damage = null;
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(stream, true, true);
            requireBounded(reader.getWidth(0), reader.getHeight(0));
            var image = reader.read(0);
            if (damage != null) {
                throw new UnreadableRecord("damaged " + format + ": " + damage);
            }
            return planes(image);
        } catch (IOException | RuntimeException e) {
            // the readers answer damaged input with many kinds of runtime exceptions
            throw new UnreadableRecord("cannot decode " + format + ": " + e.getMessage());
        } finally {
            reader.setInput(null);
        }
    }

    private void requireBounded(int width, int height) throws UnreadableRecord {
        if ((long) width * height > maxPixels) {
            throw new UnreadableRecord("image of " + width + "x" + height + " exceeds " + maxPixels + " pixels");
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

    private static boolean startsAsPng(byte[] bytes) {
        for (int i = 0; i < 8; i++) {
            if (bytes[i] != (byte) (PNG_START >> (56 - 8 * i))) {
                return false;
            }
        }
        return true;
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

    private static PixelImage planes(BufferedImage image) throws UnreadableRecord {
        if (image.getColorModel() instanceof IndexColorModel palette) {
            return lookedUp(image.getRaster(), palette);
        }
        var raster = image.getRaster();
        int channels = raster.getNumBands() < 3 ? 1 : 3;
        int plane = image.getWidth() * image.getHeight();
        int shift = raster.getSampleModel().getSampleSize(0) - 8;
        if (shift < 0) {
            throw new UnreadableRecord("samples of " + (shift + 8) + " bits");
        }
        byte[] pixels = new byte[channels * plane];
        if (shift == 0
                && raster.getSampleModel() instanceof ComponentSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte bytes
                && bytes.getNumBanks() == 1) {
            separate(bytes, model, channels, pixels);
            return new PixelImage(channels, image.getHeight(), image.getWidth(), pixels);
        }
        int[] row = new int[image.getWidth()];
        for (int line = 0; line < channels * image.getHeight(); line++) {
            raster.getSamples(0, line % image.getHeight(), row.length, 1, line / image.getHeight(), row);
            for (int x = 0; x < row.length; x++) {
                pixels[line * row.length + x] = (byte) (row[x] >> shift);
            }
        }
        return new PixelImage(channels, image.getHeight(), image.getWidth(), pixels);
    }

    /** Interleaved bytes to planes. */
    private static void separate(DataBufferByte bytes, ComponentSampleModel model, int channels, byte[] pixels) {
        byte[] data = bytes.getData();
        int width = model.getWidth();
        int stride = model.getPixelStride();
        for (int line = 0; line < channels * model.getHeight(); line++) {
            int band = model.getBandOffsets()[line / model.getHeight()];
            int from = bytes.getOffset() + line % model.getHeight() * model.getScanlineStride() + band;
            for (int x = 0; x < width; x++) {
                pixels[line * width + x] = data[from + x * stride];
            }
        }
    }

    private static PixelImage lookedUp(Raster raster, IndexColorModel palette) {
        int plane = raster.getWidth() * raster.getHeight();
        byte[] pixels = new byte[3 * plane];
        boolean gray = true;
        for (int i = 0; i < plane; i++) {
            int color = palette.getRGB(raster.getSample(i % raster.getWidth(), i / raster.getWidth(), 0));
            pixels[i] = (byte) (color >> 16);
            pixels[plane + i] = (byte) (color >> 8);
            pixels[2 * plane + i] = (byte) color;
            gray &= pixels[i] == pixels[plane + i] && pixels[i] == pixels[2 * plane + i];
        }
        var image = new PixelImage(3, raster.getHeight(), raster.getWidth(), pixels);
        return gray ? image.gray() : image;
    }
}
