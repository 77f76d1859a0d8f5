package io.flowmap.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentSchema;
import io.flowmap.scene.SceneDrawing;
import io.flowmap.scene.SceneDrawing.Mix;
import io.flowmap.scene.SceneLaw;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LocalSpark.class)
class DrawnDataTest {
    @TempDir
    Path dir;

    @Test
    void shapesAreDrawnForBothSplits(SparkSession spark) {
        var run = run(
                spark,
                "run",
                "ingest.train=\"embedded:shapes\"",
                "ingest.test=[\"embedded:shapes\"]",
                "ingest.shapes.count=250",
                "ingest.shapes.test-count=40");
        assertThat(run.data("train").classNames()).hasSize(10).contains("crescent", "horizontal bars");
        assertThat(run.data("train").shape()).hasToString("LatentShape[channels=1, height=16, width=16]");
        assertThat(run.manifest()
                        .facts()
                        .path("records")
                        .path("train")
                        .path("classes")
                        .toString())
                .isEqualTo("[25,25,25,25,25,25,25,25,25,25]");
        var test = run.blocks("test").get(0);
        var train = run.blocks("train").get(0);
        assertThat(train.label()).hasSize(250);
        for (int i = 0; i < 40; i++) {
            var image = values(test, i);
            for (int j = 0; j < 250; j++) {
                assertThat(values(train, j)).isNotEqualTo(image);
            }
        }
    }

    /** The drawings are those of the law, by number; rows are shuffled, the ledger has the numbers as keys. */
    @ParameterizedTest
    @CsvSource({"embedded:scenes, FIRST, train", "embedded:scenes-hard, HARD, train", "embedded:scenes, FIRST, test"})
    void scenesAreStoredWithTheirCaptions(String dataset, SceneLaw law, String split, SparkSession spark) {
        var run = run(
                spark,
                "run",
                "ingest.train=\"" + dataset + "\"",
                "ingest.test=\"" + dataset + "\"",
                "ingest.scenes.count=60",
                "ingest.scenes.test-count=60",
                "ingest.captions.encoder.words.length=12");
        var drawing = split.equals("train")
                ? new SceneDrawing(law, Mix.TRAINING, 7, 0)
                : new SceneDrawing(law, Mix.EVALUATION, 7, 1);
        assertThat(run.data(split).shape()).hasToString("LatentShape[channels=3, height=32, width=32]");
        assertThat(run.data(split).classes()).isZero();
        var captions = spark.read()
                .schema(LatentSchema.captionedType())
                .parquet(dir.resolve("run/data").resolve(split).toString())
                .sort("index")
                .collectAsList();
        var block = run.blocks(split).get(0);
        var ledger = run.ledger("split = '" + split + "' and status = 'kept'");
        assertThat(ledger).hasSize(60);
        for (var row : ledger) {
            var scene = drawing.scene(Long.parseLong(row.getAs("key")));
            int at = (int) row.<Long>getAs("index").longValue();
            assertThat(captions.get(at).<String>getAs("caption")).isEqualTo(scene.caption());
            assertThat(row.<String>getAs("caption_source")).isEqualTo("drawn");
            byte[] planes = scene.planes();
            var image = values(block, at);
            for (int i = 0; i < planes.length; i++) {
                assertThat(image[i]).isCloseTo((planes[i] & 0xff) / 127.5f - 1, within(1e-3f));
            }
        }
    }

    @Test
    void unknownEmbeddedDatasetIsRefused(SparkSession spark) {
        assertThatThrownBy(() -> run(spark, "run", "ingest.train=\"embedded:faces\""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "embedded:faces: expected embedded:shapes, embedded:scenes, embedded:scenes-hard");
    }

    private IngestRun run(SparkSession spark, String name, String... overrides) {
        return new IngestRun(spark, dir.resolve(name)).run(overrides);
    }

    private static float[] values(LatentBlock block, int row) {
        int size = block.shape().size();
        return Arrays.copyOfRange(block.values(), row * size, (row + 1) * size);
    }
}
