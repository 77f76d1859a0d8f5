package io.flowmap.data.text;

import io.flowmap.config.UserError;
import io.flowmap.file.PendingFile;
import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A file of rows: the magic number, the id of the encoders, number and size of the rows, the keys in ascending order, then for each row its
 * CRC-32C and its bytes. Integers are big endian. A row is found by a binary search in the keys and read at once.
 */
public final class TextFile {
    /** Folder of the files, beside the splits of the data. */
    public static final String FOLDER = "texts";

    private static final long MAGIC = 0x464d54455854530aL; // FMTEXTS and a line feed
    private static final int KEY_BYTES = 32;
    private static final int HEAD_BYTES = Long.BYTES + KEY_BYTES + 2 * Integer.BYTES;

    private final Path path;
    private final int rowBytes;
    private final byte[] keys;

    private TextFile(Path path, int rowBytes, byte[] keys) {
        this.path = path;
        this.rowBytes = rowBytes;
        this.keys = keys;
    }

    /** Gives the rows of a file one after the other. */
    @FunctionalInterface
    public interface Rows {
        byte[] row(int number);
    }

    /** Path of a file below the directory of the data. */
    public static Path path(Path dataDir, int number) {
        return new Path(new Path(dataDir, FOLDER), String.format(Locale.ROOT, "texts-%06d.bin", number));
    }

    /**
     * Writes a file atomically.
     *
     * @param attempt id that distinguishes concurrent attempts at the same file
     * @param keys in ascending order
     */
    public static void write(
            Configuration hadoop, Path target, long attempt, TextFacts facts, List<String> keys, Rows rows)
            throws IOException {
        try (var pending = PendingFile.create(Store.of(hadoop, target), target, attempt)) {
            var out = pending.stream();
            out.writeLong(MAGIC);
            out.write(HexFormat.of().parseHex(facts.id()));
            out.writeInt(keys.size());
            out.writeInt(facts.rowBytes());
            for (var key : keys) {
                out.write(HexFormat.of().parseHex(key));
            }
            for (int i = 0; i < keys.size(); i++) {
                byte[] row = rows.row(i);
                out.writeInt(check(row));
                out.write(row);
            }
            pending.commit();
        }
    }

    /** Reads the keys of a file. Throws {@link UserError} naming it if it is not the one that the facts describe. */
    static TextFile open(Configuration hadoop, Path path, TextFacts facts, int count) {
        long expected = HEAD_BYTES + count * (KEY_BYTES + Integer.BYTES + (long) facts.rowBytes());
        var fileSystem = Store.of(hadoop, path);
        try (var in = Store.open(fileSystem, path)) {
            long length = fileSystem.getFileStatus(path).getLen();
            boolean sound = length == expected
                    && in.readLong() == MAGIC
                    && HexFormat.of().formatHex(in.readNBytes(KEY_BYTES)).equals(facts.id())
                    && in.readInt() == count
                    && in.readInt() == facts.rowBytes();
            if (!sound) {
                var wanted = count + " texts in " + expected + " bytes, encoded as the manifest says";
                throw damaged(path, wanted, "other content, " + length + " bytes", null);
            }
            return new TextFile(path, facts.rowBytes(), in.readNBytes(count * KEY_BYTES));
        } catch (IOException e) {
            throw damaged(path, "a whole file", e.toString(), e);
        }
    }

    /** The row of a key. Throws {@link UserError} naming the file if it has none, or a damaged one. */
    byte[] row(Configuration hadoop, String key) {
        int number = find(HexFormat.of().parseHex(key));
        if (number < 0) {
            throw damaged(path, "the text with key " + key, "none", null);
        }
        var row = ByteBuffer.allocate(Integer.BYTES + rowBytes);
        try (var in = Store.open(hadoop, path)) {
            in.readFully(HEAD_BYTES + keys.length + (long) number * row.capacity(), row.array());
        } catch (IOException e) {
            throw damaged(path, "the text with key " + key, e.toString(), e);
        }
        int check = row.getInt();
        var values = Arrays.copyOfRange(row.array(), Integer.BYTES, row.capacity());
        if (check != check(values)) {
            throw damaged(path, "the checksum of the text with key " + key, "another one", null);
        }
        return values;
    }

    private int find(byte[] key) {
        int low = 0;
        int high = keys.length / KEY_BYTES - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int from = middle * KEY_BYTES;
            int order = Arrays.compareUnsigned(keys, from, from + KEY_BYTES, key, 0, KEY_BYTES);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    private static int check(byte[] row) {
        var crc = new CRC32C();
        crc.update(row, 0, row.length);
        return (int) crc.getValue();
    }

    private static UserError damaged(Path path, String expected, String got, Exception cause) {
        return new UserError(
                "cannot read texts " + path + ": expected " + expected + ", got " + got + " (ingest the data again)",
                cause);
    }
}
