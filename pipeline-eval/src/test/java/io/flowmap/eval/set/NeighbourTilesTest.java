package io.flowmap.eval.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.eval.LocalSpark;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.metric.FeatureSets;
import io.flowmap.testing.Reference;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(Lifecycle.PER_CLASS)
class NeighbourTilesTest {
    private SparkSession spark;

    @BeforeAll
    void start() {
        spark = LocalSpark.start(2);
    }

    @AfterAll
    void stop() {
        spark.stop();
    }

    @Tag("reference")
    @ParameterizedTest
    @CsvSource({"64, 3", "500, 1", "123, 2"})
    void tilesOnSparkMatchTheReferenceForAnyBlocksAndPartitions(int rows, int partitions) {
        var folder = Reference.require("metrics");
        var expected = Reference.json(folder, "expected");
        var names = List.of("duplicates", "identical", "const_gen", "tiny_k").stream()
                .filter(expected::has)
                .toList();
        for (var name : names) {
            var arrays = Reference.arrays(folder, name);
            var real = NeighbourTiles.balls(distributed(FeatureSets.blocks(arrays.get("real"), rows), partitions), 3);
            var generated =
                    NeighbourTiles.balls(distributed(FeatureSets.blocks(arrays.get("gen"), rows), partitions), 3);
            var result = NeighbourTiles.of(real, generated);
            var values = expected.path(name).path("pr_exact_bruteforce_f64");
            assertThat(result.precision()).as(name).isEqualTo(values.get(0).asDouble());
            assertThat(result.recall()).as(name).isEqualTo(values.get(1).asDouble());
        }
    }

    private JavaRDD<FeatureBlock> distributed(List<FeatureBlock> blocks, int partitions) {
        return new JavaSparkContext(spark.sparkContext()).parallelize(blocks, partitions);
    }
}
