package io.flowmap.eval.set;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.Moments;
import io.flowmap.tensor.Mergeable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Moments of a set on the cluster. One task sums a span of {@value #BLOCKS} blocks in block order, and the driver merges the spans in
 * order, one in memory at a time. The bits do not depend on partitions or order of arrival, and the moments of complete spans do not
 * change when images are added.
 */
public final class SpanMoments {
    private static final int BLOCKS = 16;

    private SpanMoments() {}

    /**
     * Moments of a set.
     *
     * @param set its blocks, in any order
     * @param blocks number of blocks, at least one, numbered from 0
     */
    public static Moments of(JavaRDD<FeatureBlock> set, long blocks) {
        var parts = spans(set.mapToPair(block -> new Tuple2<>(block.block(), block)), blocks)
                .map(span -> Moments.of(span.get(0).dimension(), span.iterator()))
                .toLocalIterator();
        return Mergeable.merged(() -> parts);
    }

    /**
     * Moments of a span.
     *
     * @param span number of the span
     */
    public record Part(int span, Moments moments) implements Serializable {}

    /** Number of the span that holds a block. */
    public static int span(int block) {
        return block / BLOCKS;
    }

    /** Moments of all spans of a set, in any order. */
    public static Moments merged(Iterable<Part> parts) {
        var sorted = new ArrayList<Part>();
        parts.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(Part::span));
        return Mergeable.merged(sorted.stream().map(Part::moments).toList());
    }

    /** The blocks of every span, ordered by number; one partition per span, in order. */
    static <T> JavaRDD<List<T>> spans(JavaPairRDD<Integer, T> set, long blocks) {
        int spans = Math.toIntExact((blocks + BLOCKS - 1) / BLOCKS);
        return set.mapToPair(block -> new Tuple2<>(span(block._1()), block))
                .partitionBy(new BlockPartitioner(spans, spans))
                .values()
                .mapPartitions(SpanMoments::span);
    }

    private static <T> Iterator<List<T>> span(Iterator<Tuple2<Integer, T>> blocks) {
        var sorted = new ArrayList<Tuple2<Integer, T>>();
        blocks.forEachRemaining(sorted::add);
        sorted.sort(Comparator.comparingInt(Tuple2::_1));
        List<T> span = sorted.stream().map(Tuple2::_2).toList();
        return span.isEmpty() ? List.<List<T>>of().iterator() : List.of(span).iterator();
    }
}
