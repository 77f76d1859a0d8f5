package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.pickle.Blob;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes that a pickle of protocol 2 stores as text: one character U+0000 to U+00FF, encoded as UTF-8, for each byte.
 *
 * @param encoded the UTF-8 text
 * @param length number of decoded bytes
 */
record Latin1Blob(Blob encoded, long length) implements Blob {
    private static final int BUFFER = 1 << 16;

    /** Counts the bytes. Throws {@link IllegalArgumentException} if there are characters above U+00FF. */
    static Latin1Blob of(Blob encoded) throws IOException {
        try (var in = new Decoder(encoded.open(0))) {
            var buffer = new byte[BUFFER];
            long length = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                length += count;
            }
            return new Latin1Blob(encoded, length);
        }
    }

    @Override
    public InputStream open(long from) throws IOException {
        var in = new Decoder(encoded.open(0));
        try {
            in.skipNBytes(from);
            return in;
        } catch (IOException | IllegalArgumentException e) {
            in.close();
            throw e;
        }
    }

    private static final class Decoder extends FilterInputStream {
        private final byte[] buffer = new byte[BUFFER];
        private int next;
        private int limit;

        Decoder(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int first = encodedByte();
            if (first < 0x80) {
                return first;
            }
            int second = first == 0xc2 || first == 0xc3 ? encodedByte() : -1;
            if (second < 0x80 || second > 0xbf) {
                throw new IllegalArgumentException("expected bytes kept as latin-1 text, got other characters");
            }
            return (first & 0x03) << 6 | second & 0x3f;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            for (int i = 0; i < length; i++) {
                int value = read();
                if (value < 0) {
                    return i == 0 ? -1 : i;
                }
                to[offset + i] = (byte) value;
            }
            return length;
        }

        @Override
        public long skip(long count) throws IOException {
            for (long i = 0; i < count; i++) {
                if (read() < 0) {
                    return i;
                }
            }
            return Math.max(0, count);
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private int encodedByte() throws IOException {
            if (next == limit) {
                limit = Math.max(0, in.read(buffer));
                next = 0;
            }
            return next == limit ? -1 : buffer[next++] & 0xff;
        }
    }
}
