package io.flowmap.ingest.source;

import io.flowmap.ingest.archive.Limits;
import io.flowmap.ingest.label.ClassNames;
import java.io.Serializable;
import java.util.List;

/**
 * What to read from every source.
 *
 * @param names class names
 * @param payload kind of record
 * @param captions places where a shard's record may have its caption, in order of preference: fields of its JSON, or {@link #TEXT_FILE};
 *     empty to read no captions
 * @param fields further fields of its JSON to keep
 */
public record Reading(ClassNames names, Limits limits, Payload payload, List<String> captions, List<String> fields)
        implements Serializable {
    /** The file {@code key.txt} as a place of captions. */
    public static final String TEXT_FILE = ".txt";

    public Reading {
        captions = List.copyOf(captions);
        fields = List.copyOf(fields);
    }

    /** A configuration that reads images and labels only. */
    public static Reading images(ClassNames names, Limits limits) {
        return new Reading(names, limits, Payload.IMAGE, List.of(), List.of());
    }

    /** Whether a file of a shard's record is needed. */
    boolean wants(String extension) {
        return extension.equals("cls")
                || extension.equals("json")
                || extension.equals("txt") && captions.contains(TEXT_FILE)
                || payload.isExtension(extension);
    }
}
