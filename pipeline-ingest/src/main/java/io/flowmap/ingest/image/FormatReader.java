package io.flowmap.ingest.image;

/** Reads images of one format. Not thread-safe. */
interface FormatReader extends AutoCloseable {
    /** What the file says of its size, before anything as large is allocated. Throws {@link UnreadableRecord} if it is damaged. */
    ImageSize size(byte[] file) throws UnreadableRecord;

    /**
     * The pixels of a file whose size is bounded.
     *
     * @param reduction part of its size that is wanted, 1, 2, 4 or 8; a format that cannot do that gives the whole image
     */
    PixelImage decode(byte[] file, int reduction) throws UnreadableRecord;

    @Override
    default void close() {}
}
