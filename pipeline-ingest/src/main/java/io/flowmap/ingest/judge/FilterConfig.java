package io.flowmap.ingest.judge;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The section {@code ingest.filter}: which readable records are left out.
 *
 * @param fields patterns that must match the whole value of a field in a record's JSON
 * @param samples largest number of records kept from a split, 0 for all
 */
public record FilterConfig(
        int minSide,
        int maxSide,
        double minAspect,
        double maxAspect,
        int minCaption,
        int maxCaption,
        String caption,
        String captionNot,
        Map<String, String> fields,
        long samples,
        Duplicates duplicates,
        int perceptualDistance)
        implements Serializable {
    public FilterConfig {
        // Spark sends this to tasks; the JDK's immutable maps have no fixed order after that
        fields = new TreeMap<>(fields);
        if (minSide < 0 || maxSide < 0 || minCaption < 0 || maxCaption < 0 || samples < 0) {
            throw new IllegalArgumentException("expected sides, captions and samples >= 0, got " + minSide + ", "
                    + maxSide + ", " + minCaption + ", " + maxCaption + " and " + samples);
        }
        if (samples > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("expected at most " + Integer.MAX_VALUE + " samples, got " + samples);
        }
        if (!(minAspect >= 0 && maxAspect >= 0)) {
            throw new IllegalArgumentException("expected aspects >= 0, got " + minAspect + " and " + maxAspect);
        }
        if (perceptualDistance < 0 || perceptualDistance > Look.MOST_DISTANCE) {
            throw new IllegalArgumentException(
                    "expected perceptual-distance in 0.." + Look.MOST_DISTANCE + ", got " + perceptualDistance);
        }
        pattern(caption);
        pattern(captionNot);
        fields.values().forEach(FilterConfig::pattern);
    }

    /** Whether and how duplicates are searched for. */
    public enum Duplicates {
        @JsonProperty("keep")
        KEEP,
        /** Records with the same bytes. */
        @JsonProperty("exact")
        EXACT,
        /** Records with the same bytes, or images that look alike. */
        @JsonProperty("perceptual")
        PERCEPTUAL
    }

    static Optional<Pattern> pattern(String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "expected a regular expression, got " + text + " (" + e.getDescription() + ")", e);
        }
    }
}
