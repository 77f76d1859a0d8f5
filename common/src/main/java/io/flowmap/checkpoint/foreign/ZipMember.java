package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.pickle.Blob;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * A member of a zip archive. A deflated member is inflated while it is read. Reading it to the end verifies its CRC-32.
 *
 * @param name name for messages
 * @param packed bytes as stored
 * @param deflated whether they are deflated
 * @param length of the content
 * @param crc CRC-32 of the content
 */
record ZipMember(String name, Blob packed, boolean deflated, long length, int crc) implements Blob {
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    /** Largest accepted compression ratio. Weights do not deflate to a hundredth; zip bombs reach a thousandth. */
    private static final long MAX_RATIO = 100;

    private static final long SMALL = 1 << 20;

    /** Throws {@link IllegalArgumentException} if the method is not supported or the sizes are implausible. */
    static ZipMember of(String name, Blob packed, int method, long length, int crc) {
        if (method != STORED && method != DEFLATED) {
            throw new IllegalArgumentException(
                    "expected zip member " + name + " stored or deflated, got method " + method);
        }
        long most = method == STORED ? packed.length() : SMALL + MAX_RATIO * packed.length();
        if (length < 0 || length > most || method == STORED && length != most) {
            throw new IllegalArgumentException("expected zip member " + name + " of " + packed.length()
                    + " stored bytes to have at most " + most + ", got " + Long.toUnsignedString(length));
        }
        return new ZipMember(name, packed, method == DEFLATED, length, crc);
    }

    @Override
    public InputStream open(long from) throws IOException {
        if (from > 0 && !deflated) {
            return packed.open(from);
        }
        var content = new Content();
        try {
            content.skipNBytes(from);
            return content;
        } catch (IOException e) {
            content.close();
            throw e;
        }
    }

    private final class Content extends FilterInputStream {
        private final Inflater inflater;
        private final CRC32 sum = new CRC32();
        private long left = length;

        Content() throws IOException {
            this(deflated ? new Inflater(true) : null, packed.open(0));
        }

        private Content(Inflater inflater, InputStream stored) {
            super(inflater == null ? stored : new InflaterInputStream(stored, inflater));
            this.inflater = inflater;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int most) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(to, offset, (int) Math.min(most, left));
            if (count < 0) {
                throw new ZipException(
                        "expected zip member " + name + " of " + length + " bytes, got " + (length - left));
            }
            sum.update(to, offset, count);
            left -= count;
            if (left == 0 && (int) sum.getValue() != crc) {
                throw new ZipException("expected zip member " + name + " with CRC-32 " + Integer.toHexString(crc)
                        + ", got " + Long.toHexString(sum.getValue()));
            }
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            var skipped = new byte[(int) Math.min(count, 1 << 13)];
            return Math.max(0, read(skipped, 0, skipped.length));
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        @Override
        public void close() throws IOException {
            super.close();
            if (inflater != null) {
                inflater.end();
            }
        }
    }
}
