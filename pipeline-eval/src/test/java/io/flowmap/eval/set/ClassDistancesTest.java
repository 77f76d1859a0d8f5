package io.flowmap.eval.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.eval.LocalSpark;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.metric.Bootstrap;
import io.flowmap.eval.metric.FeatureSets;
import io.flowmap.eval.metric.InceptionScore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Distances per class and of resamples, on Spark compared with in memory. */
@TestInstance(Lifecycle.PER_CLASS)
class ClassDistancesTest {
    private static final int DIMENSION = 3;

    private SparkSession spark;

    @BeforeAll
    void start() {
        spark = LocalSpark.start(2);
    }

    @AfterAll
    void stop() {
        spark.stop();
    }

    @Test
    void distancesOfClassesMatchThoseOfTheirRows() {
        var a = FeatureSets.gaussian(90, DIMENSION, 1);
        var b = FeatureSets.gaussian(60, DIMENSION, 2);
        var distances = ClassDistances.between(classified(a, 25, 1), classified(b, 40, 2), FrechetDistance.SAMPLE);
        assertThat(distances).extracting(ClassDistances.ClassDistance::label).containsExactly(0, 1);
        for (var one : distances) {
            double expected =
                    FrechetDistance.between(Moments.of(rows(a, one.label())), Moments.of(rows(b, one.label())));
            assertThat(one.distance()).isCloseTo(expected, within(1e-11));
            assertThat(one.real()).isEqualTo(30);
            assertThat(one.generated()).isEqualTo(20);
        }
        assertThat(ClassDistances.between(classified(a, 25, 3), classified(b, 40, 1), FrechetDistance.SAMPLE))
                .isEqualTo(distances);
    }

    @Test
    void resampledDistancesAreThoseOfRepeatedRowsForAnyPartitions() {
        var real = Moments.of(new FeatureBlock(0, DIMENSION, FeatureSets.gaussian(500, DIMENSION, 3)));
        int rows = 2 * FeatureSet.ROWS + 100;
        var features = FeatureSets.gaussian(rows, DIMENSION, 4);
        var bootstrap = new Bootstrap(7, 3);
        var first = resampled(features, 1, real, bootstrap);
        var labels = IntStream.range(0, rows).map(ClassDistancesTest::label).toArray();
        for (int resample = 0; resample < 3; resample++) {
            var whole = new FeatureBlock(0, DIMENSION, features).select(bootstrap.draw(resample, 0, labels));
            assertThat(first[resample]).isCloseTo(FrechetDistance.between(real, Moments.of(whole)), within(1e-11));
        }
        assertThat(resampled(features, 3, real, bootstrap)).isEqualTo(first);
    }

    private double[] resampled(float[] features, int partitions, Moments real, Bootstrap bootstrap) {
        var set = classified(features, FeatureSet.ROWS, partitions);
        return ResampledDistances.of(set, set.count(), real, FrechetDistance.SAMPLE, bootstrap);
    }

    /** Labels 0, 1 and none in turn. */
    private JavaRDD<ClassifiedBlock> classified(float[] features, int length, int partitions) {
        var blocks = new ArrayList<ClassifiedBlock>();
        for (var block : FeatureSets.blocks(features, DIMENSION, length)) {
            int first = block.block() * length;
            var labels = IntStream.range(0, block.rows())
                    .map(row -> label(first + row))
                    .toArray();
            blocks.add(new ClassifiedBlock(block, labels, labels, InceptionScore.empty(2), "", false));
        }
        return new JavaSparkContext(spark.sparkContext()).parallelize(List.copyOf(blocks), partitions);
    }

    private static FeatureBlock rows(float[] features, int label) {
        return new FeatureBlock(0, DIMENSION, features)
                .select(IntStream.range(0, features.length / DIMENSION)
                        .filter(row -> label(row) == label)
                        .toArray());
    }

    private static int label(int row) {
        return row % 3 - (row % 3 == 2 ? 3 : 0);
    }
}
