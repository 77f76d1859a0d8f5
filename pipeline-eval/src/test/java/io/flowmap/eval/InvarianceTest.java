package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.metric.FeatureSets;
import io.flowmap.eval.neighbour.PrecisionRecall;
import io.flowmap.eval.set.NeighbourTiles;
import io.flowmap.eval.set.SpanMoments;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results have the same bits for any partitions and order of the blocks. */
@TestInstance(Lifecycle.PER_CLASS)
class InvarianceTest {
    private static final int BLOCKS = 40;
    private static final int ROWS = 30;

    private SparkSession spark;

    @BeforeAll
    void start() {
        spark = LocalSpark.start(2);
    }

    @AfterAll
    void stop() {
        spark.stop();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 520})
    void momentsAndDistance(int dimension) {
        var real = blocks(dimension, 1, 0);
        var generated = blocks(dimension, 2, 0);
        var first = SpanMoments.of(distributed(real, 1), BLOCKS);
        double distance = FrechetDistance.between(first, SpanMoments.of(distributed(generated, 1), BLOCKS));
        for (int partitions : new int[] {3, 8}) {
            Collections.shuffle(real, new Random(partitions));
            var moments = SpanMoments.of(distributed(real, partitions), BLOCKS);
            assertSame(moments, first);
            assertThat(FrechetDistance.between(moments, SpanMoments.of(distributed(generated, partitions), BLOCKS)))
                    .isEqualTo(distance);
        }
    }

    /** The complete spans of a smaller set are reused as sums; the rest is summed from its blocks. */
    @ParameterizedTest
    @ValueSource(ints = {5, 520})
    void aTopUpOfMomentsGivesTheBitsOfADirectRun(int dimension) {
        var all = blocks(dimension, 3, 0);
        var kept = SpanMoments.of(distributed(all.subList(0, 16), 3), 16);
        var second = Moments.of(dimension, all.subList(16, 32).iterator());
        var third = Moments.of(dimension, all.subList(32, BLOCKS).iterator());
        assertSame(kept.merge(second).merge(third), SpanMoments.of(distributed(all, 8), BLOCKS));
    }

    @Test
    void precisionRecallDensityAndCoverage() {
        var real = blocks(6, 4, 0);
        var generated = blocks(6, 5, 0.5f);
        var first = neighbours(real, generated, 1);
        assertThat(first.precision()).isBetween(0.3, 0.99);
        for (int partitions : new int[] {3, 8}) {
            Collections.shuffle(real, new Random(partitions));
            Collections.shuffle(generated, new Random(partitions + 1));
            assertThat(neighbours(real, generated, partitions)).isEqualTo(first);
        }
    }

    private PrecisionRecall neighbours(List<FeatureBlock> real, List<FeatureBlock> generated, int partitions) {
        return NeighbourTiles.of(
                NeighbourTiles.balls(distributed(real, partitions), 3),
                NeighbourTiles.balls(distributed(generated, partitions), 3));
    }

    private static void assertSame(Moments actual, Moments expected) {
        assertThat(actual.count()).isEqualTo(expected.count());
        assertThat(actual.mean()).isEqualTo(expected.mean());
        assertThat(actual.covariance(1)).isEqualTo(expected.covariance(1));
    }

    private static List<FeatureBlock> blocks(int dimension, long seed, float shift) {
        var features = FeatureSets.gaussian(BLOCKS * ROWS - 7, dimension, seed);
        for (int i = 0; i < features.length; i++) {
            features[i] += shift;
        }
        return new ArrayList<>(FeatureSets.blocks(features, dimension, ROWS));
    }

    private JavaRDD<FeatureBlock> distributed(List<FeatureBlock> blocks, int partitions) {
        return new JavaSparkContext(spark.sparkContext()).parallelize(blocks, partitions);
    }
}
