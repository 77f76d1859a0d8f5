package io.flowmap.checkpoint.pickle;

import io.flowmap.file.FileKind;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A byte range that is located but not loaded: a file or a part of one. */
public interface Blob {
    /** Number of bytes, at most what the source provides. */
    long length();

    /** Opens a stream that starts at an offset in [0, length]. The caller closes it. */
    InputStream open(long from) throws IOException;

    /** A part of this blob. Throws {@link IllegalArgumentException} if it exceeds this blob. */
    default Blob slice(long from, long length) {
        if (from < 0 || length < 0 || length > length() - from) {
            throw new IllegalArgumentException("expected a part of " + length() + " bytes, got "
                    + Long.toUnsignedString(length) + " bytes from byte " + Long.toUnsignedString(from));
        }
        return new Slice(this, from, length);
    }

    /** Reads a part into memory. Throws {@link IllegalArgumentException} if it exceeds this blob. */
    default byte[] read(long from, int length) throws IOException {
        try (var in = slice(from, length).open(0)) {
            var bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("expected " + length + " bytes, got " + bytes.length);
            }
            return bytes;
        }
    }

    /** The first bytes, enough to detect the format of a file; all bytes of a shorter blob. */
    default byte[] begin() throws IOException {
        return read(0, (int) Math.min(FileKind.BEGIN, length()));
    }

    /** Bytes in memory. */
    static Blob of(byte[] bytes) {
        return new Blob() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public InputStream open(long from) {
                return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
            }
        };
    }

    /** A part of another blob. */
    record Slice(Blob base, long start, long length) implements Blob {
        @Override
        public InputStream open(long from) throws IOException {
            return new Limited(base.open(start + from), length - from);
        }

        @Override
        public Blob slice(long from, long part) {
            var inner = Blob.super.slice(from, part);
            return start == 0 && length == base.length() ? inner : base.slice(start + from, part);
        }
    }

    /** A stream that ends after a number of bytes. */
    final class Limited extends FilterInputStream {
        private long left;

        private Limited(InputStream in, long length) {
            super(in);
            left = length;
        }

        @Override
        public int read() throws IOException {
            int value = left > 0 ? super.read() : -1;
            left -= value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int count = left > 0 ? super.read(to, offset, (int) Math.min(length, left)) : -1;
            left -= Math.max(0, count);
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(Math.min(count, left));
            left -= skipped;
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
