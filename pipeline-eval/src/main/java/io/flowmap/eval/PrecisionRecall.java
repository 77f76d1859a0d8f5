package io.flowmap.eval;

import io.flowmap.eval.metric.BallCoverage;
import io.flowmap.eval.metric.FeatureBlock;
import io.flowmap.eval.metric.NearestDistances;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Improved precision and recall (Kynkaanniemi et al. 2019) on Spark: exact distances in tiles of two blocks, so a task holds two blocks
 * and a row of distances whatever the size of the sets.
 *
 * @param precision share of the generated images within the k-th neighbour's distance of some real image
 * @param recall share of the real images within the k-th neighbour's distance of some generated image
 */
record PrecisionRecall(double precision, double recall) {
    /** A block with the squared distance of each row to its k-th neighbour in the block's own set. */
    record Balls(FeatureBlock block, double[] squaredRadii) implements Serializable {}

    /** Which rows of a real or generated block are covered. */
    private record Side(boolean real, int block) implements Serializable {}

    /** Balls around all points of a set, computed once and kept: unpersist them when done. */
    static JavaRDD<Balls> balls(JavaRDD<FeatureBlock> set, int neighbours) {
        var radii = set.cartesian(set)
                .mapToPair(tile ->
                        new Tuple2<>(tile._1().block(), NearestDistances.within(tile._1(), tile._2(), neighbours)))
                .reduceByKey(NearestDistances::merge)
                .mapValues(NearestDistances::squaredRadii);
        return set.mapToPair(block -> new Tuple2<>(block.block(), block))
                .join(radii)
                .map(pair -> new Balls(pair._2()._1(), pair._2()._2()))
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    /** Precision and recall of two sets of balls of the same number of neighbours. */
    static PrecisionRecall of(JavaRDD<Balls> real, JavaRDD<Balls> generated) {
        long realRows = rows(real);
        long generatedRows = rows(generated);
        var covered = real.cartesian(generated)
                .flatMapToPair(tile -> tile(tile._1(), tile._2()).iterator())
                .reduceByKey(PrecisionRecall::union)
                .mapValues(BitSet::cardinality)
                .collect();
        long coveredReal = 0;
        long coveredGenerated = 0;
        for (var side : covered) {
            if (side._1().real()) {
                coveredReal += side._2();
            } else {
                coveredGenerated += side._2();
            }
        }
        return new PrecisionRecall((double) coveredGenerated / generatedRows, (double) coveredReal / realRows);
    }

    private static List<Tuple2<Side, BitSet>> tile(Balls real, Balls generated) {
        var coverage = BallCoverage.of(real.block(), real.squaredRadii(), generated.block(), generated.squaredRadii());
        var sides = new ArrayList<Tuple2<Side, BitSet>>();
        sides.add(new Tuple2<>(new Side(true, real.block().block()), coverage.real()));
        sides.add(new Tuple2<>(new Side(false, generated.block().block()), coverage.generated()));
        return sides;
    }

    private static BitSet union(BitSet a, BitSet b) {
        var union = (BitSet) a.clone();
        union.or(b);
        return union;
    }

    private static long rows(JavaRDD<Balls> balls) {
        return balls.map(ball -> (long) ball.block().rows()).reduce(Long::sum);
    }
}
