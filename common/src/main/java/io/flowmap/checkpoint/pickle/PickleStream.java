package io.flowmap.checkpoint.pickle;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Reads the parts of a pickle from a blob in sequence. Skipped bytes are not read. */
public final class PickleStream implements Closeable {
    /** Texts and lines that are longer than this are not kept in memory. */
    static final int MAX_TEXT = 4096;

    private static final int WINDOW = 1 << 16;
    private static final int LINE_END = '\n';

    private final Blob blob;
    private final byte[] window = new byte[WINDOW];
    private InputStream in;
    private long end;
    private int next;
    private int limit;

    public PickleStream(Blob blob) {
        this.blob = blob;
    }

    /** Offset of the next byte. */
    public long position() {
        return end - (limit - next);
    }

    /** Bytes from the position to the end. */
    public long remaining() {
        return blob.length() - position();
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }

    /** Reads an unsigned byte. */
    int u1() throws IOException {
        if (next == limit) {
            fill();
        }
        return window[next++] & 0xff;
    }

    int u2() throws IOException {
        return u1() | u1() << 8;
    }

    int i4() throws IOException {
        return u2() | u2() << 16;
    }

    long u4() throws IOException {
        return i4() & 0xffffffffL;
    }

    /** Reads a little-endian int64. */
    public long i8() throws IOException {
        return u4() | u4() << 32;
    }

    /** Reads a big-endian float64, the byte order of pickles. */
    double f8() throws IOException {
        return Double.longBitsToDouble(Long.reverseBytes(i8()));
    }

    /** Skips the next bytes and returns their location. Throws {@link IllegalArgumentException} if there are fewer. */
    public Blob skip(long length) throws IOException {
        if (length < 0 || length > remaining()) {
            throw new IllegalArgumentException(
                    "expected at most " + remaining() + " more bytes, got " + Long.toUnsignedString(length));
        }
        var part = blob.slice(position(), length);
        if (length <= limit - next) {
            next += (int) length;
        } else {
            end = position() + length;
            next = 0;
            limit = 0;
            close();
            in = null;
        }
        return part;
    }

    /** Reads the next bytes, at most {@link #MAX_TEXT}. */
    byte[] bytes(int length) throws IOException {
        if (length > Math.min(MAX_TEXT, remaining())) {
            throw new IllegalArgumentException("expected at most " + Math.min(MAX_TEXT, remaining()) + " bytes, got "
                    + Integer.toUnsignedString(length));
        }
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) u1();
        }
        return bytes;
    }

    /** Reads a text of this length in bytes: a {@link String}, or a {@link LongText} beyond {@link #MAX_TEXT}. */
    Object text(long length, Charset charset) throws IOException {
        if (length < 0 || length > MAX_TEXT) {
            return new LongText(skip(length), charset);
        }
        return decode(bytes((int) length), charset);
    }

    /** Reads a line and drops its end. */
    String line() throws IOException {
        var bytes = new byte[MAX_TEXT];
        for (int length = 0; length < MAX_TEXT; length++) {
            int value = u1();
            if (value == LINE_END) {
                return decode(ByteBuffer.allocate(length).put(bytes, 0, length).array(), StandardCharsets.UTF_8);
            }
            bytes[length] = (byte) value;
        }
        throw new IllegalArgumentException("expected a line of at most " + MAX_TEXT + " bytes, got more");
    }

    /** Decodes a little-endian integer in two's complement. */
    static Object number(byte[] bytes) {
        if (bytes.length > Long.BYTES) {
            var reversed = ByteBuffer.allocate(bytes.length);
            for (int i = bytes.length - 1; i >= 0; i--) {
                reversed.put(bytes[i]);
            }
            return new BigInteger(reversed.array());
        }
        boolean negative = bytes.length > 0 && bytes[bytes.length - 1] < 0;
        var wide =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, negative ? -1 : 0);
        return wide.put(bytes).getLong(0);
    }

    private static String decode(byte[] bytes, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("expected text in " + charset + ", got other bytes", e);
        }
    }

    private void fill() throws IOException {
        if (end >= blob.length()) {
            throw new IllegalArgumentException("expected more than " + blob.length() + " bytes, got the end");
        }
        if (in == null) {
            in = blob.open(end);
        }
        int count = in.readNBytes(window, 0, (int) Math.min(WINDOW, blob.length() - end));
        if (count == 0) {
            throw new IllegalArgumentException("expected " + blob.length() + " bytes, got " + end);
        }
        next = 0;
        limit = count;
        end += count;
    }
}
