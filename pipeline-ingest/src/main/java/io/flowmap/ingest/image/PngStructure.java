package io.flowmap.ingest.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Checks the chunks of a PNG. The JDK's reader ignores their checksums and some truncations. */
final class PngStructure {
    private static final int SIGNATURE = 8;
    private static final int FRAME = 12;
    private static final int HEADER = 13;
    private static final int TYPE = 25;
    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504c5445;
    private static final int END = 0x49454e44;
    private static final int INDEXED = 3;

    private PngStructure() {}

    /** Size from IHDR, the first chunk. Throws {@link UnreadableRecord} if it is missing. */
    static ImageSize size(byte[] png) throws UnreadableRecord {
        var bytes = ByteBuffer.wrap(png);
        if (png.length < SIGNATURE + FRAME + HEADER) {
            throw new UnreadableRecord("truncated PNG");
        }
        int width = bytes.getInt(SIGNATURE + 8);
        int height = bytes.getInt(SIGNATURE + 12);
        if (bytes.getInt(SIGNATURE + 4) != IHDR || width < 1 || height < 1) {
            throw new UnreadableRecord("PNG without a size");
        }
        return new ImageSize(height, width);
    }

    /**
     * Checks all chunks and returns the number of palette colours, 256 without a palette. Throws {@link UnreadableRecord} unless every
     * chunk up to IEND is complete and has the right checksum.
     */
    static int check(byte[] png) throws UnreadableRecord {
        var bytes = ByteBuffer.wrap(png);
        int at = SIGNATURE;
        int colors = 256;
        while (true) {
            if (png.length - at < FRAME) {
                throw new UnreadableRecord("truncated PNG");
            }
            int length = bytes.getInt(at);
            if (length < 0 || length > png.length - at - FRAME) {
                throw new UnreadableRecord("truncated PNG");
            }
            var sum = new CRC32();
            sum.update(png, at + 4, length + 4);
            if ((int) sum.getValue() != bytes.getInt(at + 8 + length)) {
                throw new UnreadableRecord("corrupt PNG: wrong checksum");
            }
            if (bytes.getInt(at + 4) == PLTE && png[TYPE] == INDEXED) {
                colors = length / 3;
            }
            if (bytes.getInt(at + 4) == END) {
                return colors;
            }
            at += FRAME + length;
        }
    }
}
