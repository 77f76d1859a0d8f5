package io.flowmap.ingest.source;

import io.flowmap.config.UserError;
import io.flowmap.ingest.label.ClassNames;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The embedded datasets, which are drawn and not read. */
public enum Embedded {
    /** Ten classes of shapes, 16x16, gray. */
    SHAPES,
    /** Captioned scenes, 32x32, RGB, by the first law. */
    SCENES,
    /** Captioned scenes by the hard law. */
    SCENES_HARD;

    private static final String PREFIX = "embedded:";

    /** The dataset that a setting names; empty if it is a path. Throws {@link UserError} for an unknown dataset. */
    public static Optional<Embedded> of(String path) {
        if (!path.startsWith(PREFIX)) {
            return Optional.empty();
        }
        for (var dataset : values()) {
            if (dataset.text().equals(path)) {
                return Optional.of(dataset);
            }
        }
        throw new UserError("cannot ingest " + path + ": expected "
                + Arrays.stream(values()).map(Embedded::text).collect(Collectors.joining(", ")));
    }

    /** Name in the settings. */
    public String text() {
        return PREFIX + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether its records have captions. Else they have classes. */
    public boolean isCaptioned() {
        return this != SHAPES;
    }

    Optional<ClassNames> classNames() {
        return isCaptioned() ? Optional.empty() : Optional.of(ShapeDrawing.classNames());
    }
}
