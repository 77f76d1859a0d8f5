package io.flowmap.ingest.image;

import java.util.EnumMap;
import java.util.Map;

/**
 * Decodes JPEG, PNG, GIF, BMP, TIFF and WebP as Pillow's {@code convert("RGB")} does with the first image of a file: no colour
 * management, no gamma, no rotation by EXIF (but by a TIFF's own tag), alpha dropped, palettes looked up, the high byte of 16-bit
 * samples. Anything that is damaged, or larger than allowed, is refused. Not thread-safe.
 */
public final class ImageDecoder implements AutoCloseable {
    private final long maxPixels;
    private final Map<ImageFormat, FormatReader> readers = new EnumMap<>(ImageFormat.class);

    /**
     * @param maxPixels most pixels (width times height) that an image may declare; checked before a pixel is decoded
     */
    public ImageDecoder(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /** Whether JPEGs can be decoded at a part of their size on this machine. */
    public static boolean scales() {
        return Leptonica.LOADED;
    }

    /** What the file says of its size. Throws {@link UnreadableRecord} with the reason for the ledger. */
    public ImageSize size(byte[] bytes) throws UnreadableRecord {
        return reader(bytes).size(bytes);
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
