package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.eval.feature.LeNetWeights;
import io.flowmap.eval.table.MetricProtocol;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.stage.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateJobTest {
    private static final int TRAIN = 1200;
    private static final int TEST = 1500;
    private static final int SAMPLES = 1100;
    private static final String[] SMALL = {
        "evaluate.classifier.steps=60", "evaluate.classifier.batch=32", "evaluate.recall-samples=1050",
        "evaluate.bootstrap.resamples=12", "evaluate.density-and-coverage=true", "evaluate.per-class=true"
    };

    @TempDir
    Path dir;

    @Test
    void metricsDoNotDependOnTheNumberOfThreads() throws IOException {
        var one = evaluated(1, "one");
        var three = evaluated(3, "three");
        assertThat(three.rows()).isEqualTo(one.rows());
        checkValues(one);
        checkProtocol(one);
        checkIntervalsAndClasses(one);
    }

    @Test
    void unfinishedSamplesAreTheUsersMistake() {
        try (var spark = LocalSpark.start(1)) {
            var run = new TestRun(spark, dir, TestImages.stripes(20), SMALL).data(10, 10);
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("samples");
        }
    }

    @Test
    void twoSetsOfImagesAreComparedWithoutSamples() {
        try (var spark = LocalSpark.start(2)) {
            var run = new TestRun(
                            spark,
                            dir,
                            TestImages.stripes(300),
                            "evaluate.samples=false",
                            "evaluate.classifier.steps=20")
                    .data(180, 120);
            new EvaluateJob().run(run.context());
            var stage = run.context().stage("metrics");
            var table = new MetricTable(MetricRow.read(spark.read().parquet(stage + "/table")));
            assertThat(table.rows()).extracting(MetricRow::model).containsOnly("train", "test");
            assertThat(table.value("train", null, null, "FD-LeNet").orElseThrow())
                    .isPositive();
            var protocol =
                    table.row("train", null, null, "FD-LeNet").orElseThrow().protocol();
            assertThat(protocol.samples()).isEqualTo(180);
            assertThat(protocol.reference().samples()).isEqualTo(120);
        }
    }

    @Test
    void everyPartOfTheSamplesHasTheDistanceOfASetOfItsOwn() {
        try (var spark = LocalSpark.start(2)) {
            var settings =
                    new String[] {"evaluate.parts=2", "evaluate.classifier.steps=20", "evaluate.bootstrap.resamples=0"};
            var run = new TestRun(spark, dir, TestImages.stripes(4000), settings)
                    .data(500, 500)
                    .samples("student", 1.5, 1, 1000, 2400, 20)
                    .samples("teacher", 1.5, 1, 1000, 1200, 20)
                    .finishSamples();
            new EvaluateJob().run(run.context());
            var table = new MetricTable(
                    MetricRow.read(spark.read().parquet(run.context().stage("metrics") + "/table")));
            var parts = table.rows().stream()
                    .filter(row -> row.part() != null && row.model().equals("student"))
                    .toList();
            assertThat(parts).extracting(MetricRow::part).containsExactly(0, 1);
            assertThat(parts).extracting(row -> row.protocol().samples()).containsOnly(1200L);
            assertThat(parts.get(0).value())
                    .isEqualTo(table.value("teacher", 1.5, 1, "FD-LeNet").orElseThrow());
            double all = table.value("student", 1.5, 1, "FD-LeNet").orElseThrow();
            assertThat(parts.get(1).value()).isNotEqualTo(parts.get(0).value()).isBetween(all / 2, all * 2);
            var uneven = run.context().with(List.of("evaluate.parts=7", "run.overwrite=true"));
            assertThatThrownBy(() -> new EvaluateJob().run(uneven))
                    .isInstanceOf(UserError.class)
                    .hasMessage("cannot evaluate student guidance=1.5 steps=1: expected images that make 7 equal parts"
                            + " of 2 or more, got 2400");
        }
    }

    private MetricTable evaluated(int threads, String name) throws IOException {
        try (var spark = LocalSpark.start(threads)) {
            var run = new TestRun(spark, dir.resolve(name), TestImages.stripes(TRAIN + TEST + SAMPLES), SMALL)
                    .data(TRAIN, TEST)
                    .samples("student", 1.5, 1, TRAIN + TEST, SAMPLES, 10)
                    .samples("student", 1.5, 4, TRAIN + TEST, SAMPLES, 1)
                    .samples("teacher", 1.5, 4, TRAIN + TEST, SAMPLES, 60)
                    .finishSamples();
            new EvaluateJob().run(run.context());
            var stage =
                    new org.apache.hadoop.fs.Path(run.context().stage("metrics").toString());
            var fileSystem = stage.getFileSystem(run.context().hadoop());
            var network = Files.readAllBytes(dir.resolve(name).resolve("classifier/lenet.safetensors"));
            var hash = LeNetWeights.fromBytes(network, "test").hash();
            assertThat(Manifest.read(fileSystem, stage)
                            .facts()
                            .path("network-hash")
                            .asText())
                    .isEqualTo(hash);
            var table = new MetricTable(MetricRow.read(spark.read().parquet(stage + "/table")));
            assertThat(table.rows().stream()
                            .map(row -> row.protocol().network())
                            .filter(one -> one != null)
                            .map(MetricProtocol.Network::hash))
                    .containsOnly(hash);
            return table;
        }
    }

    private static void checkValues(MetricTable table) {
        double near = table.value("student", 1.5, 4, "FD-LeNet").orElseThrow();
        double middle = table.value("student", 1.5, 1, "FD-LeNet").orElseThrow();
        double far = table.value("teacher", 1.5, 4, "FD-LeNet").orElseThrow();
        double floor = table.value("train", null, null, "FD-LeNet").orElseThrow();
        assertThat(near).isLessThan(middle).isLessThan(far);
        assertThat(middle).isLessThan(far);
        assertThat(floor).isLessThan(middle);
        assertThat(table.value("student", 1.5, 4, "class-accuracy-LeNet").orElseThrow())
                .isGreaterThan(0.95);
        assertThat(table.value("test", null, null, "class-accuracy-LeNet").orElseThrow())
                .isGreaterThan(0.95);
        assertThat(table.value("train", null, null, "recall-LeNet").orElseThrow())
                .isGreaterThan(0.5);
        assertThat(table.value("teacher", 1.5, 4, "recall-LeNet").orElseThrow())
                .isLessThan(table.value("student", 1.5, 4, "recall-LeNet").orElseThrow());
        assertThat(table.value("student", 1.5, 4, "milliseconds-per-image").orElseThrow())
                .isEqualTo(5.2);
        assertThat(table.value("student", 1.5, 4, "giga-multiply-adds-per-image")
                        .orElseThrow())
                .isEqualTo(1.0);
        assertThat(table.value("student", 1.5, 4, "NFE").orElseThrow()).isEqualTo(4);
        assertThat(table.value("teacher", 1.5, 4, "NFE").orElseThrow()).isEqualTo(8);
        assertThat(table.value("teacher", 1.5, 4, "parameters").orElseThrow()).isEqualTo(1_500);
        assertThat(table.value("student", 1.5, 4, "density-LeNet").orElseThrow())
                .isGreaterThan(table.value("teacher", 1.5, 4, "density-LeNet").orElseThrow());
        assertThat(table.value("student", 1.5, 4, "coverage-LeNet").orElseThrow())
                .isGreaterThan(table.value("teacher", 1.5, 4, "coverage-LeNet").orElseThrow());
    }

    /**
     * Every distance lies in its interval, and the intervals are narrower than the difference between the sets. Classes have rows of
     * their own.
     */
    private static void checkIntervalsAndClasses(MetricTable table) {
        for (var row : table.rows()) {
            boolean distance = row.metric().startsWith("FD") && row.protocol().label() == null;
            assertThat(Double.isNaN(row.margin())).isEqualTo(!distance);
            if (distance) {
                assertThat(row.value())
                        .isBetween(row.interval().low(), row.interval().high());
                assertThat(row.margin()).isPositive();
            }
        }
        var near = table.row("student", 1.5, 4, "FD-LeNet").orElseThrow();
        var middle = table.row("student", 1.5, 1, "FD-LeNet").orElseThrow();
        var far = table.row("teacher", 1.5, 4, "FD-LeNet").orElseThrow();
        assertThat(near.high()).isLessThan(middle.value());
        assertThat(middle.high()).isLessThan(far.value());
        var classes = table.rows().stream()
                .filter(row -> row.model().equals("teacher") && row.protocol().label() != null)
                .toList();
        assertThat(classes).hasSize(4);
        for (var row : classes) {
            assertThat(row.protocol().samples()).isEqualTo(SAMPLES / 4);
            assertThat(row.protocol().reference().samples()).isEqualTo(TEST / 4);
            assertThat(row.value()).isGreaterThan(1);
        }
    }

    private static void checkProtocol(MetricTable table) {
        Set<String> names = table.rows().stream().map(MetricRow::metric).collect(Collectors.toSet());
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "FD-LeNet",
                        "precision-LeNet",
                        "recall-LeNet",
                        "density-LeNet",
                        "coverage-LeNet",
                        "class-accuracy-LeNet",
                        "milliseconds-per-image",
                        "NFE",
                        "parameters",
                        "giga-multiply-adds-per-image");
        for (var row : table.rows()) {
            boolean distance = row.metric().startsWith("FD");
            boolean neighbours = row.protocol().neighbours() != null;
            var protocol = row.protocol();
            assertThat(protocol.ddof()).isEqualTo(distance ? 1 : null);
            assertThat(neighbours).isEqualTo(row.metric().matches("(precision|recall|density|coverage)-LeNet"));
            assertThat(protocol.neighbours()).isIn(null, 3);
            if (protocol.label() != null) {
                assertThat(distance).isTrue();
                continue;
            }
            assertThat(protocol.samples())
                    .isEqualTo(neighbours ? 1050 : row.model().equals("test") ? TEST : SAMPLES);
            if (distance || neighbours) {
                assertThat(protocol.reference().split()).isEqualTo("test");
                assertThat(protocol.reference().samples()).isEqualTo(distance ? TEST : 1050);
            } else {
                assertThat(protocol.reference()).isNull();
            }
        }
    }
}
