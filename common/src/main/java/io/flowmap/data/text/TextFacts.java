package io.flowmap.data.text;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.flowmap.file.Sha256;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How texts are stored. The row of a text holds its columns one after the other, in the order of their names. Its key is the SHA-256 of
 * {@code id} and text. A row belongs to the file whose number follows from its key alone, so that no list of keys is needed.
 *
 * @param id SHA-256 of tokenizers, encoders, lengths and element types
 * @param columns bytes of each column of a row
 * @param files number of rows of each file, in the order of their keys; empty if texts are encoded when they are needed
 */
public record TextFacts(String id, Map<String, Integer> columns, List<Integer> files) implements Serializable {
    private static final int KEY_BYTES = 32;
    private static final int PREFIX_BYTES = 4;
    private static final long FILE_BYTES = 256L << 20;
    private static final long MOST_ROWS = 4096;
    private static final long MOST_FILES = 1 << 20;

    public TextFacts {
        if (id == null || id.length() != 2 * KEY_BYTES || columns == null || columns.isEmpty() || files == null) {
            throw new IllegalArgumentException(
                    "expected an id, columns and files of texts, got " + id + ", " + columns + ", " + files);
        }
        columns = new TreeMap<>(columns);
        files = List.copyOf(files);
    }

    /** The same rows in these files. */
    public TextFacts with(List<Integer> rows) {
        return new TextFacts(id, columns, rows);
    }

    /** Whether rows are stored. Otherwise {@link TextRows} gives them. */
    @JsonIgnore
    public boolean isStored() {
        return !files.isEmpty();
    }

    /** Number of stored texts. */
    public long count() {
        return files.stream().mapToLong(Integer::longValue).sum();
    }

    /** Bytes of a row. */
    public int rowBytes() {
        return columns.values().stream().reduce(0, Math::addExact);
    }

    /** Number of files for so many texts, of at most about 256 MB and 4096 rows each. It does not depend on the cluster. */
    public int filesFor(long texts) {
        long rows = Math.max(1, Math.min(MOST_ROWS, FILE_BYTES / rowBytes()));
        return (int) Math.max(1, Math.min(MOST_FILES, (texts + rows - 1) / rows));
    }

    /** Key of a text, 64 hexadecimal digits; null is the empty text. Their order is that of the rows. */
    public String key(String text) {
        return key(id, text);
    }

    /** Key of a text under the id of some encoders. */
    public static String key(String id, String text) {
        var digest = Sha256.digest();
        digest.update(id.getBytes(StandardCharsets.US_ASCII));
        digest.update((text == null ? "" : text).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Number of the file, out of so many, that has the row of a key. */
    public static int file(String key, int files) {
        long prefix = Integer.toUnsignedLong(HexFormat.fromHexDigits(key, 0, 2 * PREFIX_BYTES));
        return (int) (prefix * files >>> Integer.SIZE);
    }

    /** A row from the bytes of its columns. Throws {@link IllegalArgumentException} if one is missing or has another size. */
    public byte[] row(Map<String, byte[]> values) {
        var row = ByteBuffer.allocate(rowBytes());
        columns.forEach((name, bytes) -> {
            var value = values.get(name);
            if (value == null || value.length != bytes) {
                throw new IllegalArgumentException(
                        "expected " + bytes + " bytes of " + name + ", got " + (value == null ? "none" : value.length));
            }
            row.put(value);
        });
        return row.array();
    }

    /** The bytes of a column. */
    public byte[] column(byte[] row, String name) {
        int from = 0;
        for (var column : columns.entrySet()) {
            if (column.getKey().equals(name)) {
                return Arrays.copyOfRange(row, from, from + column.getValue());
            }
            from += column.getValue();
        }
        throw new IllegalArgumentException("expected one of " + columns.keySet() + ", got " + name);
    }
}
