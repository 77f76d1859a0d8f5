package io.flowmap.ingest.archive;

import java.io.Serializable;

/**
 * Limits against damaged and hostile input.
 *
 * @param maxRecordBytes largest file in a source, in bytes, also after decompression
 * @param maxPixels largest number of pixels that an image may declare
 * @param maxClasses number of classes; labels must be smaller
 */
public record Limits(int maxRecordBytes, long maxPixels, int maxClasses) implements Serializable {
    public Limits {
        if (maxRecordBytes < 1 || maxPixels < 1 || maxClasses < 1) {
            throw new IllegalArgumentException(
                    "expected positive limits, got " + maxRecordBytes + ", " + maxPixels + " and " + maxClasses);
        }
    }
}
