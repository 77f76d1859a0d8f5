package io.flowmap.ingest.archive;

import java.io.Serializable;

/**
 * Bounds against damaged and hostile input.
 *
 * @param maxRecordBytes most bytes of one file in a source, also after decompression
 * @param maxPixels most pixels that an image may declare
 * @param maxClasses labels are below this
 */
public record Limits(int maxRecordBytes, long maxPixels, int maxClasses) implements Serializable {
    public Limits {
        if (maxRecordBytes < 1 || maxPixels < 1 || maxClasses < 1) {
            throw new IllegalArgumentException(
                    "expected positive limits, got " + maxRecordBytes + ", " + maxPixels + " and " + maxClasses);
        }
    }
}
