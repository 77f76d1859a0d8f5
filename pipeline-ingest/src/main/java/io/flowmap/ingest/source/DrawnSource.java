package io.flowmap.ingest.source;

import io.flowmap.ingest.label.ClassNames;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records of an embedded dataset.
 *
 * @param training whether they are training data: test scenes are drawn by a law of their own
 * @param seed seed of the run
 * @param split number that makes the drawings of the splits differ
 * @param count number of drawings
 */
public record DrawnSource(Embedded dataset, boolean training, long seed, long split, long count)
        implements Source, Serializable {
    private static final long PORTION = 4096;

    @Override
    public String name() {
        return dataset.text();
    }

    @Override
    public String fingerprint() {
        return name() + " " + seed + " " + split + " " + count;
    }

    @Override
    public Optional<ClassNames> classNames() {
        return dataset.classNames();
    }

    @Override
    public List<Portion> portions(ClassNames names) {
        var portions = new ArrayList<Portion>();
        for (long from = 0; from < count; from += PORTION) {
            portions.add(new DrawnPortion(this, from, Math.min(from + PORTION, count)));
        }
        return portions;
    }
}
