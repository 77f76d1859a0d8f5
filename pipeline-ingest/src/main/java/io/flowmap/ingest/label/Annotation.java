package io.flowmap.ingest.label;

import io.flowmap.ingest.source.Reading;
import java.util.Map;

/**
 * Text data of a record.
 *
 * @param caption caption, null if there is none
 * @param captionFrom field of its JSON, {@link Reading#TEXT_FILE} or {@link #DRAWN}, null without a caption
 * @param fields values of the wanted fields that its JSON contains
 */
public record Annotation(String caption, String captionFrom, Map<String, String> fields) {
    /** Where the caption of a drawn record comes from. */
    public static final String DRAWN = "drawn";

    public static final Annotation NONE = new Annotation(null, null, Map.of());
}
