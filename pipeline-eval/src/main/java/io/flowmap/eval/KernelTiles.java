package io.flowmap.eval;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.KernelDistance;
import io.flowmap.eval.distance.KernelSubsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/** {@link KernelDistance} over subsets on Spark. All rows of a subset are collected in one task, whatever the partitions of the sets. */
final class KernelTiles {
    private KernelTiles() {}

    /**
     * The mean over subsets.
     *
     * @param real blocks of {@code rows} rows each, except the last, numbered from 0
     * @param generated the same for generated images
     */
    static KernelDistance of(
            JavaRDD<FeatureBlock> real, JavaRDD<FeatureBlock> generated, int rows, KernelSubsets subsets) {
        var estimates = subsets(real, rows, subsets.real())
                .join(subsets(generated, rows, subsets.generated()))
                .mapValues(pair -> KernelDistance.between(List.of(pair._1()), List.of(pair._2()))
                        .mean())
                .collectAsMap();
        var ordered = new double[subsets.count()];
        for (int i = 0; i < ordered.length; i++) {
            ordered[i] = estimates.get(i);
        }
        return KernelDistance.ofSubsets(ordered);
    }

    /** One block per subset, with its rows in the subset's order. */
    private static JavaPairRDD<Integer, FeatureBlock> subsets(JavaRDD<FeatureBlock> set, int rows, int[][] indices) {
        return set.flatMapToPair(block -> parts(block, rows, indices).iterator())
                .groupByKey()
                .mapToPair(parts -> new Tuple2<>(parts._1(), whole(parts._2(), rows, indices[parts._1()])));
    }

    /** The rows of one block that belong to each subset, in the subset's order. */
    private static List<Tuple2<Integer, FeatureBlock>> parts(FeatureBlock block, int rows, int[][] indices) {
        var parts = new ArrayList<Tuple2<Integer, FeatureBlock>>();
        for (int subset = 0; subset < indices.length; subset++) {
            var here = Arrays.stream(indices[subset])
                    .filter(index -> index / rows == block.block())
                    .map(index -> index % rows)
                    .toArray();
            if (here.length > 0) {
                parts.add(new Tuple2<>(subset, block.select(here)));
            }
        }
        return parts;
    }

    private static FeatureBlock whole(Iterable<FeatureBlock> parts, int rows, int[] indices) {
        var byBlock = new HashMap<Integer, FeatureBlock>();
        parts.forEach(part -> byBlock.put(part.block(), part));
        var taken = new HashMap<Integer, Integer>();
        int d = byBlock.values().iterator().next().dimension();
        var features = new float[indices.length * d];
        for (int i = 0; i < indices.length; i++) {
            int block = indices[i] / rows;
            int row = taken.merge(block, 1, Integer::sum) - 1;
            System.arraycopy(byBlock.get(block).features(), row * d, features, i * d, d);
        }
        return new FeatureBlock(0, d, features);
    }
}
