package io.flowmap.data.text;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * The most recently used rows of texts, limited in bytes. Keys name their content, so that one cache serves all readers and encoders of a
 * JVM, whatever data they have. A row that is missing is made without holding the lock.
 */
public final class TextCache {
    /** Most bytes of rows in a JVM. */
    public static final long MOST_BYTES = 256L << 20;

    private static final TextCache OF_THIS_JVM = new TextCache(MOST_BYTES);

    private final long maxBytes;
    private final Map<String, byte[]> rows = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private TextRows encoders;

    TextCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public static TextCache ofThisJvm() {
        return OF_THIS_JVM;
    }

    /** The row of a key. Do not change it. */
    public byte[] get(String key, Supplier<byte[]> missing) {
        byte[] found = found(key);
        return found != null ? found : kept(key, missing.get());
    }

    /** What encodes texts that are not stored. */
    public synchronized TextRows encoders() {
        if (encoders == null) {
            encoders = ServiceLoader.load(TextRows.class, TextRows.class.getClassLoader())
                    .findFirst()
                    .orElseThrow();
        }
        return encoders;
    }

    private synchronized byte[] found(String key) {
        return rows.get(key);
    }

    private synchronized byte[] kept(String key, byte[] row) {
        if (row.length <= maxBytes && rows.putIfAbsent(key, row) == null) {
            bytes += row.length;
            var oldest = rows.values().iterator();
            while (bytes > maxBytes) {
                bytes -= oldest.next().length;
                oldest.remove();
            }
        }
        return row;
    }

    synchronized long bytes() {
        return bytes;
    }
}
