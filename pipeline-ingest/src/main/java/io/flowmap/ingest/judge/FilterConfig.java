package io.flowmap.ingest.judge;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The section {@code ingest.filter}: which sound records are left out.
 *
 * @param fields patterns that fields of a record's JSON must match whole
 * @param samples most records kept of a split, 0 for all
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
        // Spark hands it to tasks, which an immutable map of the JDK survives as well, but in no fixed order
        fields = new TreeMap<>(fields);
        if (minSide < 0 || maxSide < 0 || minCaption < 0 || maxCaption < 0 || samples < 0) {
            throw new IllegalArgumentException("expected sides, captions and samples from 0, got " + minSide + ", "
                    + maxSide + ", " + minCaption + ", " + maxCaption + " and " + samples);
        }
        if (samples > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("expected at most " + Integer.MAX_VALUE + " samples, got " + samples);
        }
        if (!(minAspect >= 0 && maxAspect >= 0)) {
            throw new IllegalArgumentException("expected aspects from 0, got " + minAspect + " and " + maxAspect);
        }
        if (perceptualDistance < 0 || perceptualDistance > Look.MOST_DISTANCE) {
            throw new IllegalArgumentException(
                    "expected perceptual-distance in 0.." + Look.MOST_DISTANCE + ", got " + perceptualDistance);
        }
        pattern(caption);
        pattern(captionNot);
        fields.values().forEach(FilterConfig::pattern);
    }

    /** Whether records are looked at for duplicates. */
    public enum Duplicates {
        @JsonProperty("keep")
        KEEP,
        /** The same bytes. */
        @JsonProperty("exact")
        EXACT,
        /** The same bytes, or images that look alike. */
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
