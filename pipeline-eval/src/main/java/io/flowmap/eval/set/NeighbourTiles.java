package io.flowmap.eval.set;

import io.flowmap.config.UserError;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.neighbour.BallCoverage;
import io.flowmap.eval.neighbour.NearestDistances;
import io.flowmap.eval.neighbour.PrecisionRecall;
import io.flowmap.tensor.Mergeable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * {@link PrecisionRecall} on Spark: exact distances in tiles of two blocks. A task holds two blocks and their distances, whatever the
 * size of the sets.
 */
public final class NeighbourTiles {
    private NeighbourTiles() {}

    /**
     * A block with the squared distance of each row to its k-th neighbour in its own set.
     *
     * @param neighbours k
     */
    public record Balls(FeatureBlock block, double[] squaredRadii, int neighbours) implements Serializable {}

    /** Identifies a real or generated block. */
    private record Side(boolean real, int block) implements Serializable {}

    /**
     * Rows of a block inside balls of the other set. For a real block, also the rows whose own balls contain a generated point, and the
     * number of such pairs.
     */
    private record Covered(BitSet inside, BitSet reached, long hits) implements Mergeable<Covered> {
        @Override
        public Covered merge(Covered other) {
            return new Covered(union(inside, other.inside), union(reached, other.reached), hits + other.hits);
        }

        private static BitSet union(BitSet a, BitSet b) {
            var union = (BitSet) a.clone();
            union.or(b);
            return union;
        }
    }

    /** Balls around all points of a set, computed once and stored on disk, since the heap is needed for tiles. Unpersist them when done. */
    public static JavaRDD<Balls> balls(JavaRDD<FeatureBlock> set, int neighbours) {
        return balls(set, squaredRadii(set, neighbours), neighbours);
    }

    /** The squared distance of each row to its k-th neighbour in the set, block by block. */
    static JavaPairRDD<Integer, double[]> squaredRadii(JavaRDD<FeatureBlock> set, int neighbours) {
        return set.cartesian(set)
                .filter(tile -> tile._1().block() <= tile._2().block())
                .flatMapToPair(tile -> nearest(tile._1(), tile._2(), neighbours).iterator())
                .reduceByKey(NearestDistances::merge)
                .mapValues(NearestDistances::squaredRadii);
    }

    /** The balls with the given radii. */
    static JavaRDD<Balls> balls(JavaRDD<FeatureBlock> set, JavaPairRDD<Integer, double[]> radii, int neighbours) {
        return set.mapToPair(block -> new Tuple2<>(block.block(), block))
                .join(radii)
                .map(pair -> balls(pair._2()._1(), pair._2()._2(), neighbours))
                .persist(StorageLevel.DISK_ONLY());
    }

    /** All four values, from the balls of two sets with the same number of neighbours. */
    public static PrecisionRecall of(JavaRDD<Balls> real, JavaRDD<Balls> generated) {
        long realRows = rows(real);
        long generatedRows = rows(generated);
        var covered = real.cartesian(generated)
                .flatMapToPair(tile -> tile(tile._1(), tile._2()).iterator())
                .reduceByKey(Covered::merge)
                .collect();
        double inside = 0;
        double inReal = 0;
        double reached = 0;
        double hits = 0;
        for (var side : covered) {
            reached += side._2().reached().cardinality();
            hits += side._2().hits();
            if (side._1().real()) {
                inside += side._2().inside().cardinality();
            } else {
                inReal += side._2().inside().cardinality();
            }
        }
        int neighbours = real.first().neighbours();
        return PrecisionRecall.of(inReal, inside, hits, reached, realRows, generatedRows, neighbours);
    }

    private static List<Tuple2<Integer, NearestDistances>> nearest(FeatureBlock from, FeatureBlock to, int neighbours) {
        var both = NearestDistances.within(from, to, neighbours);
        var keyed = new ArrayList<Tuple2<Integer, NearestDistances>>();
        keyed.add(new Tuple2<>(from.block(), both[0]));
        if (both.length > 1) {
            keyed.add(new Tuple2<>(to.block(), both[1]));
        }
        return keyed;
    }

    private static Balls balls(FeatureBlock block, double[] squaredRadii, int neighbours) {
        if (squaredRadii.length > 0 && Double.isInfinite(squaredRadii[0])) {
            throw new UserError("cannot take precision and recall: expected more than " + neighbours
                    + " images on each side, got " + block.rows());
        }
        return new Balls(block, squaredRadii, neighbours);
    }

    private static List<Tuple2<Side, Covered>> tile(Balls real, Balls generated) {
        var coverage = BallCoverage.of(real.block(), real.squaredRadii(), generated.block(), generated.squaredRadii());
        var sides = new ArrayList<Tuple2<Side, Covered>>();
        sides.add(new Tuple2<>(
                new Side(true, real.block().block()),
                new Covered(coverage.real(), coverage.reached(), coverage.hits())));
        sides.add(new Tuple2<>(
                new Side(false, generated.block().block()), new Covered(coverage.generated(), new BitSet(), 0)));
        return sides;
    }

    private static long rows(JavaRDD<Balls> balls) {
        return balls.map(ball -> (long) ball.block().rows()).reduce(Long::sum);
    }
}
