package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.checkpoint.pickle.Unpickler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Members of a zip archive (PKWARE APPNOTE, with the 64-bit fields), located by the central directory. Names are only keys in memory, never
 * paths on a file system.
 */
final class ZipArchive {
    private static final int END_LENGTH = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int MAX_COMMENT = 0xffff;
    private static final int LOCATOR_LENGTH = 20;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int END64_LENGTH = 56;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int ENTRY_LENGTH = 46;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int EXTRA64 = 1;
    private static final int ENCRYPTED = 1;
    private static final long ALL_ONES = 0xffffffffL;
    private static final int MAX_DIRECTORY = 64 << 20;
    private static final int MAX_NAME = 1024;

    private final Blob file;

    private ZipArchive(Blob file) {
        this.file = file;
    }

    /** Members by name. Throws {@link IllegalArgumentException} if the archive is damaged. */
    static Map<String, Blob> members(Blob file) throws IOException {
        return new ZipArchive(file).members();
    }

    private record Directory(long offset, long length) {}

    private record Entry(String name, int flags, int method, int crc, long packed, long length, long offset) {}

    private Map<String, Blob> members() throws IOException {
        var directory = directory();
        if (directory.length() > MAX_DIRECTORY) {
            throw new IllegalArgumentException(
                    "expected a zip directory of at most " + MAX_DIRECTORY + " bytes, got " + directory.length());
        }
        var bytes = little(file.read(directory.offset(), (int) directory.length()));
        var members = new LinkedHashMap<String, Blob>();
        while (bytes.hasRemaining()) {
            var entry = entry(bytes);
            if (members.put(entry.name(), member(entry)) != null) {
                throw new IllegalArgumentException(
                        "expected unique names of zip members, got " + shown(entry) + " twice");
            }
        }
        return members;
    }

    /** Location of the central directory, read from the record at the end of the archive. */
    private Directory directory() throws IOException {
        int tail = (int) Math.min(file.length(), END_LENGTH + MAX_COMMENT);
        var end = little(file.read(file.length() - tail, tail));
        for (int at = tail - END_LENGTH; at >= 0; at--) {
            if (end.getInt(at) == END_SIGNATURE && at + END_LENGTH + u2(end, at + 20) == tail) {
                return directory(end, at, file.length() - tail + at);
            }
        }
        throw new IllegalArgumentException("expected the directory of a zip archive, got none");
    }

    private Directory directory(ByteBuffer end, int at, long position) throws IOException {
        long length = u4(end, at + 12);
        long offset = u4(end, at + 16);
        if (length < ALL_ONES && offset < ALL_ONES && u2(end, at + 10) < 0xffff || position < LOCATOR_LENGTH) {
            return new Directory(offset, length);
        }
        var locator = little(file.read(position - LOCATOR_LENGTH, LOCATOR_LENGTH));
        if (locator.getInt(0) != LOCATOR_SIGNATURE) {
            return new Directory(offset, length);
        }
        var end64 = little(file.read(locator.getLong(8), END64_LENGTH));
        if (end64.getInt(0) != END64_SIGNATURE) {
            throw new IllegalArgumentException("expected the 64-bit directory of a zip archive, got none");
        }
        return new Directory(end64.getLong(48), end64.getLong(40));
    }

    private static Entry entry(ByteBuffer bytes) {
        int at = bytes.position();
        if (bytes.remaining() < ENTRY_LENGTH || bytes.getInt(at) != ENTRY_SIGNATURE) {
            throw new IllegalArgumentException("expected an entry of the zip directory, got other bytes");
        }
        int name = u2(bytes, at + 28);
        int extra = u2(bytes, at + 30);
        int rest = name + extra + u2(bytes, at + 32);
        if (name > MAX_NAME || rest > bytes.remaining() - ENTRY_LENGTH) {
            throw new IllegalArgumentException("expected a name of at most " + MAX_NAME + " bytes, got " + name);
        }
        var text = new String(bytes.array(), at + ENTRY_LENGTH, name, StandardCharsets.UTF_8);
        var wide = wide(bytes.slice(at + ENTRY_LENGTH + name, extra).order(ByteOrder.LITTLE_ENDIAN));
        long length = wide(u4(bytes, at + 24), wide);
        long packed = wide(u4(bytes, at + 20), wide);
        long offset = wide(u4(bytes, at + 42), wide);
        bytes.position(at + ENTRY_LENGTH + rest);
        return new Entry(text, u2(bytes, at + 8), u2(bytes, at + 10), bytes.getInt(at + 16), packed, length, offset);
    }

    /** The 64-bit extra field, empty if there is none. */
    private static ByteBuffer wide(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xffff;
            int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
            if (id == EXTRA64) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    /** Value of a 32-bit field; if all its bits are set, the next value of the 64-bit extra field. */
    private static long wide(long narrow, ByteBuffer wide) {
        return narrow == ALL_ONES && wide.remaining() >= Long.BYTES ? wide.getLong() : narrow;
    }

    private Blob member(Entry entry) throws IOException {
        if ((entry.flags() & ENCRYPTED) != 0) {
            throw new IllegalArgumentException("expected a zip member without password, got " + shown(entry));
        }
        var local = little(file.read(entry.offset(), LOCAL_LENGTH));
        if (local.getInt(0) != LOCAL_SIGNATURE) {
            throw new IllegalArgumentException(
                    "expected zip member " + shown(entry) + " at byte " + entry.offset() + ", got other bytes");
        }
        var packed = file.slice(entry.offset() + LOCAL_LENGTH + u2(local, 26) + u2(local, 28), entry.packed());
        return ZipMember.of(shown(entry), packed, entry.method(), entry.length(), entry.crc());
    }

    private static String shown(Entry entry) {
        return Unpickler.printable(entry.name());
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int u2(ByteBuffer bytes, int at) {
        return bytes.getShort(at) & 0xffff;
    }

    private static long u4(ByteBuffer bytes, int at) {
        return bytes.getInt(at) & 0xffffffffL;
    }
}
