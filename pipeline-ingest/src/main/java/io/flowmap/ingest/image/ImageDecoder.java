package io.flowmap.ingest.image;

import java.util.EnumMap;
import java.util.Map;

/**
 * Decodes the first image of a JPEG, PNG, GIF, BMP, TIFF or WebP file like Pillow's {@code convert("RGB")}: no colour management, no gamma,
 * no EXIF rotation (except a TIFF's own tag), alpha dropped, palettes resolved, the high byte of 16-bit samples. Damaged or oversized files
 * are refused. Not thread-safe.
 */
public final class ImageDecoder implements AutoCloseable {
    private final long maxPixels;
    private final Map<ImageFormat, FormatReader> readers = new EnumMap<>(ImageFormat.class);

    /** @param maxPixels largest number of pixels (width times height) that an image may declare; checked before decoding */
    public ImageDecoder(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /** Whether this machine can decode JPEGs at a reduced size. */
    public static boolean scales() {
        return Leptonica.LOADED;
    }

    /** Declared size of an image. Throws {@link UnreadableRecord} with the reason for the ledger. */
    public ImageSize size(byte[] bytes) throws UnreadableRecord {
        return reader(bytes).size(bytes);
    }

    /** Decodes an image at full size. Throws {@link UnreadableRecord} with the reason for the ledger. */
    public PixelImage decode(byte[] bytes) throws UnreadableRecord {
        return decode(bytes, 1);
    }

    /**
     * Decodes an image. A JPEG of a common kind without any damage is decoded at a reduced size, which is faster.
     *
     * @param reduction 1, 2, 4 or 8: divisor of height and width, which are rounded up
     */
    public PixelImage decode(byte[] bytes, int reduction) throws UnreadableRecord {
        var reader = reader(bytes);
        var size = reader.size(bytes);
        if (size.pixels() > maxPixels) {
            throw new UnreadableRecord("image of " + size + " exceeds " + maxPixels + " pixels");
        }
        return reader.decode(bytes, reduction);
    }

    @Override
    public void close() {
        readers.values().forEach(FormatReader::close);
        readers.clear();
    }

    private FormatReader reader(byte[] bytes) throws UnreadableRecord {
        return readers.computeIfAbsent(ImageFormat.of(bytes), ImageFormat::reader);
    }
}
