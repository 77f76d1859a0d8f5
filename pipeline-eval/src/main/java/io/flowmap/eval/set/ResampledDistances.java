package io.flowmap.eval.set;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.metric.Bootstrap;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Frechet distances of {@link Bootstrap} resamples of a set, on Spark. One task sums the resamples of a span of blocks one after
 * another; another merges the spans of a resample in order. The bits do not depend on partitions, and a task holds one resample at a
 * time.
 */
final class ResampledDistances {
    private ResampledDistances() {}

    /**
     * The distance of every resample to the real moments.
     *
     * @param set blocks of {@value FeatureSet#ROWS} rows except the last, in any order
     * @param blocks number of blocks
     */
    static double[] of(JavaRDD<ClassifiedBlock> set, long blocks, Moments real, int ddof, Bootstrap bootstrap) {
        var context = JavaSparkContext.fromSparkContext(set.context());
        var fixed = context.broadcast(real);
        var distances = SpanMoments.spans(
                        set.mapToPair(block -> new Tuple2<>(block.features().block(), block)), blocks)
                .flatMapToPair(span -> parts(span, bootstrap))
                .groupByKey(Math.min(bootstrap.resamples(), context.defaultParallelism()))
                .mapValues(parts -> FrechetDistance.between(fixed.value(), SpanMoments.merged(parts), ddof))
                .collectAsMap();
        fixed.destroy();
        return IntStream.range(0, bootstrap.resamples())
                .mapToDouble(distances::get)
                .toArray();
    }

    private static Iterator<Tuple2<Integer, SpanMoments.Part>> parts(List<ClassifiedBlock> span, Bootstrap bootstrap) {
        var blocks = span.stream().map(ClassifiedBlock::features).toList();
        var labels = span.stream()
                .flatMapToInt(block -> IntStream.of(block.labels()))
                .toArray();
        int number = blocks.get(0).block();
        return IntStream.range(0, bootstrap.resamples())
                .mapToObj(resample -> {
                    var drawn = bootstrap.draw(resample, (long) number * FeatureSet.ROWS, labels);
                    return new Tuple2<>(resample, new SpanMoments.Part(number, moments(blocks, drawn)));
                })
                .iterator();
    }

    /** Moments of the images at the given places of consecutive blocks, added in chunks of a block's size. */
    private static Moments moments(List<FeatureBlock> blocks, int[] places) {
        int d = blocks.get(0).dimension();
        int blockRows = blocks.get(0).rows();
        var gathered = IntStream.range(0, blocks.size())
                .mapToObj(block -> {
                    int from = block * blockRows;
                    var features = new float[Math.min(blockRows, places.length - from) * d];
                    for (int at = 0; at < features.length; at += d) {
                        int place = places[from + at / d];
                        var source = blocks.get(place / blockRows).features();
                        System.arraycopy(source, place % blockRows * d, features, at, d);
                    }
                    return new FeatureBlock(block, d, features);
                })
                .iterator();
        return Moments.of(d, gathered);
    }
}
