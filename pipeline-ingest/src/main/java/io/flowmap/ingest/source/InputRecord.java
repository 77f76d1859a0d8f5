package io.flowmap.ingest.source;

import io.flowmap.ingest.label.Annotation;

/**
 * One record of a source, usable or not. Each record gives one row of the ledger.
 *
 * @param source path of the file or folder, or the name of an embedded dataset
 * @param key name within the source; empty for the unreadable rest of a source
 * @param offset offset of the record's bytes in the source (tar: uncompressed), -1 if unknown
 * @param label class index, {@link #NO_LABEL} for none
 * @param annotation text data, {@link Annotation#NONE} for none
 */
public record InputRecord(String source, String key, long offset, int label, Annotation annotation, Content content) {
    public static final int NO_LABEL = -1;

    static InputRecord refused(String source, String key, long offset, Content.Refused refusal) {
        return new InputRecord(source, key, offset, NO_LABEL, Annotation.NONE, refusal);
    }
}
