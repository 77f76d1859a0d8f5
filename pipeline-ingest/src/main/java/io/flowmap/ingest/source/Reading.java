package io.flowmap.ingest.source;

import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.label.ClassNames;
import java.io.Serializable;
import java.util.List;

/**
 * What is taken from every source.
 *
 * @param names of the classes
 * @param payload what a record is
 * @param captions where a shard's record may have its caption, the first that is there counts: fields of its JSON, or
 *     {@link #TEXT_FILE}; empty: no captions are read
 * @param fields of its JSON to keep beside it
 */
public record Reading(ClassNames names, Limits limits, Payload payload, List<String> captions, List<String> fields)
        implements Serializable {
    /** The file {@code key.txt}, as a place of captions. */
    public static final String TEXT_FILE = ".txt";

    public Reading {
        captions = List.copyOf(captions);
        fields = List.copyOf(fields);
    }

    /** Images and their labels alone. */
    public static Reading images(ClassNames names, Limits limits) {
        return new Reading(names, limits, Payload.IMAGE, List.of(), List.of());
    }

    /** Whether a file of a shard's record is of use. */
    boolean wants(String extension) {
        return extension.equals("cls")
                || extension.equals("json")
                || extension.equals("txt") && captions.contains(TEXT_FILE)
                || payload.isExtension(extension);
    }
}
