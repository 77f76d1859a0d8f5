package io.flowmap.ingest.source;

import io.flowmap.ingest.label.ClassNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The embedded dataset: ten classes of shapes that are drawn, not read.
 *
 * @param seed seed of the run
 * @param split number that makes the drawings of the splits differ
 * @param count number of drawings
 */
public record ShapesSource(long seed, long split, long count) implements Source {
    /** Name of the dataset in the configuration. */
    public static final String NAME = "embedded:shapes";

    private static final long PORTION = 4096;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String fingerprint() {
        return NAME + " " + seed + " " + split + " " + count;
    }

    @Override
    public Optional<ClassNames> classNames() {
        var names = Arrays.stream(Shape.values())
                .map(shape -> shape.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .toList();
        return Optional.of(new ClassNames(new ArrayList<>(names), true));
    }

    @Override
    public List<Portion> portions(ClassNames names) {
        var portions = new ArrayList<Portion>();
        for (long from = 0; from < count; from += PORTION) {
            portions.add(new ShapesPortion(seed, split, from, Math.min(from + PORTION, count)));
        }
        return portions;
    }
}
