package io.flowmap.eval;

import io.flowmap.eval.metric.FeatureBlock;
import io.flowmap.eval.metric.Moments;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Moments of a set on the cluster. Spans of {@value #BLOCKS} blocks are summed by one task each, in the order of the blocks, and merged
 * in order, with one in the driver at a time: the same bits for any partitions and order, and those of complete spans stay what they
 * are when images are added.
 */
final class SpanMoments {
    private static final int BLOCKS = 16;

    private SpanMoments() {}

    /**
     * Moments of a set.
     *
     * @param set its blocks, in any order
     * @param blocks their number, one or more, numbered from 0
     */
    static Moments of(JavaRDD<FeatureBlock> set, long blocks) {
        int spans = Math.toIntExact((blocks + BLOCKS - 1) / BLOCKS);
        var parts = set.mapToPair(block -> new Tuple2<>(block.block() / BLOCKS, block))
                .partitionBy(new BlockPartitioner(spans, spans))
                .values()
                .mapPartitions(SpanMoments::span)
                .toLocalIterator();
        var moments = parts.next();
        while (parts.hasNext()) {
            moments = moments.merge(parts.next());
        }
        return moments;
    }

    private static Iterator<Moments> span(Iterator<FeatureBlock> blocks) {
        var sorted = new ArrayList<FeatureBlock>();
        blocks.forEachRemaining(sorted::add);
        sorted.sort(Comparator.comparingInt(FeatureBlock::block));
        return sorted.isEmpty()
                ? List.<Moments>of().iterator()
                : List.of(Moments.of(sorted.get(0).dimension(), sorted.iterator()))
                        .iterator();
    }
}
