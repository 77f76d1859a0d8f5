package io.flowmap.ingest.image;

/** Reads images of one format. Not thread-safe. */
interface FormatReader extends AutoCloseable {
    /** Declared size of the image. Nothing of that size is allocated yet. Throws {@link UnreadableRecord} if the file is damaged. */
    ImageSize size(byte[] file) throws UnreadableRecord;

    /**
     * Decodes a file whose size has been checked.
     *
     * @param reduction divisor of the wanted size: 1, 2, 4 or 8; formats that cannot reduce return the whole image
     */
    PixelImage decode(byte[] file, int reduction) throws UnreadableRecord;

    @Override
    default void close() {}
}
