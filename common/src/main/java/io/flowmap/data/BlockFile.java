package io.flowmap.data;

import java.io.Serializable;

/**
 * One Parquet file of a split.
 *
 * @param path relative to the split's directory
 * @param firstIndex index of its first record in the split
 * @param count number of records
 */
public record BlockFile(String path, long firstIndex, int count) implements Serializable {
    public BlockFile {
        if (path == null || path.isBlank() || path.startsWith("/") || path.contains(":")) {
            throw new IllegalArgumentException("expected a relative path of a block, got " + path);
        }
        if (firstIndex < 0 || count < 1) {
            throw new IllegalArgumentException("expected a first index >= 0 and at least one record in " + path
                    + ", got " + firstIndex + " and " + count);
        }
    }
}
