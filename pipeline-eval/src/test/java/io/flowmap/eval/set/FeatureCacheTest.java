package io.flowmap.eval.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.eval.LocalSpark;
import io.flowmap.eval.TestImages;
import io.flowmap.eval.TestRun;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.LeNetWeights;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
    private static final int FEW = FeatureSet.ROWS + 300;
    private static final int MORE = 2 * FeatureSet.ROWS + 100;
    private static final int BATCH = 128;

    @TempDir
    Path dir;

    private final TestImages images = TestImages.stripes(MORE);

    /**
     * After samples are added to a set, the network runs only on new blocks and on the block that has grown; the bits are those of a
     * direct run.
     */
    @Test
    void aTopUpComputesOnlyNewBlocksAndHasTheBitsOfADirectRun() {
        try (var spark = LocalSpark.start(2)) {
            var context = new TestRun(spark, dir, images).context();
            var weights = LeNetWeights.initial(images.shape(), images.classes(), 1);
            var network = new JavaSparkContext(spark.sparkContext()).<FeatureModel>broadcast(weights);
            var cache = Optional.of(new FeatureCache(context, weights, BATCH));
            assertThat(cached(set(spark, FEW, network, cache))).containsExactly(false, false);
            assertThat(cached(set(spark, FEW, network, cache))).containsExactly(true, true);
            var toppedUp = set(spark, MORE, network, cache);
            assertThat(cached(toppedUp)).containsExactly(true, false, false);
            var direct = set(spark, MORE, network, Optional.empty());
            assertThat(covariance(toppedUp.moments())).isEqualTo(covariance(direct.moments()));
            assertThat(toppedUp.hash()).isEqualTo(direct.hash());
            assertThat(toppedUp.classAccuracy()).isEqualTo(direct.classAccuracy());
            assertThat(toppedUp.inceptionScore().score())
                    .isEqualTo(direct.inceptionScore().score());
            var others = Optional.of(
                    new FeatureCache(context, LeNetWeights.initial(images.shape(), images.classes(), 2), BATCH));
            assertThat(cached(set(spark, FEW, network, others))).containsExactly(false, false);
        }
    }

    /** Distances to neighbours are computed once for the same images and k, and equal those of a direct run. */
    @Test
    void distancesToNeighboursAreKept() {
        try (var spark = LocalSpark.start(2)) {
            var context = new TestRun(spark, dir, images).context();
            var weights = LeNetWeights.initial(images.shape(), images.classes(), 1);
            var network = new JavaSparkContext(spark.sparkContext()).<FeatureModel>broadcast(weights);
            var set = set(spark, MORE, network, Optional.empty());
            var direct = new SetStatistics(set, FEW, Optional.empty());
            var cache = Optional.of(new FeatureCache(context, weights, BATCH).neighbours());
            var kept = new SetStatistics(set, FEW, cache);
            assertThat(radii(kept.balls(3))).isDeepEqualTo(radii(direct.balls(3)));
            var again = cache.get().squaredRadii(set.hash(), FEW, 3, () -> {
                throw new AssertionError("taken again");
            });
            assertThat(again.collectAsMap()).hasSize(2);
            assertThat(radii(new SetStatistics(set, FEW, cache).balls(2))).isDeepEqualTo(radii(direct.balls(2)));
        }
    }

    private static double[][] radii(JavaRDD<NeighbourTiles.Balls> balls) {
        return balls.collect().stream()
                .sorted(Comparator.comparingInt(one -> one.block().block()))
                .map(NeighbourTiles.Balls::squaredRadii)
                .toArray(double[][]::new);
    }

    private static double[] covariance(Moments moments) {
        return moments.covariance(1);
    }

    private static List<Boolean> cached(FeatureSet set) {
        return set.blocks().map(ClassifiedBlock::cached).collect();
    }

    private FeatureSet set(
            SparkSession spark, int count, Broadcast<FeatureModel> network, Optional<FeatureCache> cache) {
        var rows = IntStream.range(0, count)
                .mapToObj(i -> new LabelledImage(i, images.label(i), images.pixels(i)))
                .toList();
        var distributed = new JavaSparkContext(spark.sparkContext()).parallelize(rows, 5);
        return FeatureSet.of("images", distributed, count, network, BATCH, cache);
    }
}
