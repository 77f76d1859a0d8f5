package io.flowmap.eval.metric;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Moments class by class, for Frechet distances within a class. Memory grows with the classes: for each the vectors while there are no
 * more of them than dimensions, then [D, D].
 *
 * @param byClass moments by label
 */
public record ClassMoments(SortedMap<Integer, Moments> byClass) implements Serializable {
    public ClassMoments {
        byClass = new TreeMap<>(byClass);
    }

    /** Of no images. */
    public static ClassMoments empty() {
        return new ClassMoments(Collections.emptySortedMap());
    }

    /** Of a block with a label a row; rows of a negative label have no class. */
    public static ClassMoments of(FeatureBlock block, int[] labels) {
        if (labels.length != block.rows()) {
            throw new IllegalArgumentException("cannot take moments by class of block " + block.block() + ": expected "
                    + block.rows() + " labels, got " + labels.length);
        }
        var moments = new TreeMap<Integer, Moments>();
        IntStream.of(labels).filter(label -> label >= 0).distinct().forEach(label -> {
            var rows = IntStream.range(0, labels.length)
                    .filter(row -> labels[row] == label)
                    .toArray();
            moments.put(label, Moments.of(block.select(rows)));
        });
        return new ClassMoments(moments);
    }

    /** Of both sets together, class by class in the order of the sets. */
    public ClassMoments merge(ClassMoments other) {
        var merged = new TreeMap<>(byClass);
        other.byClass.forEach((label, moments) -> merged.merge(label, moments, Moments::merge));
        return new ClassMoments(merged);
    }

    /** The Frechet distance of every class with two or more vectors in both sets. */
    public SortedMap<Integer, Double> distances(ClassMoments other, int ddof) {
        var distances = new TreeMap<Integer, Double>();
        byClass.forEach((label, moments) -> {
            var counterpart = other.byClass.get(label);
            if (counterpart != null && moments.count() > 1 && counterpart.count() > 1) {
                distances.put(label, FrechetDistance.between(moments, counterpart, ddof));
            }
        });
        return distances;
    }
}
