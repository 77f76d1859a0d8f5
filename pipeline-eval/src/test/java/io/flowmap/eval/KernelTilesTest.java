package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.KernelDistance;
import io.flowmap.eval.distance.KernelSubsets;
import io.flowmap.eval.metric.FeatureSets;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class KernelTilesTest {
    private static final int DIMENSION = 6;
    private static final int ROWS = 16;

    @Test
    void subsetsOnSparkHaveTheBitsOfSubsetsInMemoryForAnyPartitions() {
        var real = FeatureSets.gaussian(150, DIMENSION, 1);
        var generated = FeatureSets.gaussian(110, DIMENSION, 2);
        var subsets = KernelSubsets.seeded(3, 5, 40, 150, 110);
        var estimates = new double[5];
        for (int i = 0; i < 5; i++) {
            estimates[i] = KernelDistance.between(
                            List.of(new FeatureBlock(0, DIMENSION, real).select(subsets.real()[i])),
                            List.of(new FeatureBlock(0, DIMENSION, generated).select(subsets.generated()[i])))
                    .mean();
        }
        var expected = KernelDistance.ofSubsets(estimates);
        try (var spark = LocalSpark.start(2)) {
            var context = new JavaSparkContext(spark.sparkContext());
            for (int partitions : new int[] {1, 3, 8}) {
                assertThat(KernelTiles.of(
                                distributed(context, real, partitions),
                                distributed(context, generated, partitions),
                                ROWS,
                                subsets))
                        .isEqualTo(expected);
            }
        }
    }

    private static JavaRDD<FeatureBlock> distributed(JavaSparkContext context, float[] features, int partitions) {
        return context.parallelize(FeatureSets.blocks(features, DIMENSION, ROWS), partitions);
    }
}
