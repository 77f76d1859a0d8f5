package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import io.flowmap.eval.feature.Dl4jFiles;
import io.flowmap.eval.feature.Dl4jModel;
import io.flowmap.eval.report.ReportJob;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network of Deeplearning4j as the run's own and in named protocols. */
class Dl4jEvaluationTest {
    @TempDir
    Path dir;

    @Test
    void aFileOfDeeplearning4jMeasuresARun() throws IOException {
        var file = Dl4jFiles.layers(dir.resolve("net.zip"), 16, 16, 1);
        var recall = "recall:" + file + "#c";
        var distance = "fd:" + file + "#d";
        var images = TestImages.stripes(180);
        try (var spark = LocalSpark.start(2)) {
            var run = new TestRun(
                            spark,
                            dir.resolve("run"),
                            images,
                            "evaluate.features=\"" + file + "#d\"",
                            "evaluate.protocols=[\"" + distance + "\", \"" + recall + "\"]",
                            "evaluate.bootstrap.resamples=4")
                    .data(60, 60)
                    .samples("student", 1.5, 1, 120, 60, 0)
                    .finishSamples();
            new EvaluateJob().run(run.context());
            var table = new MetricTable(
                    MetricRow.read(spark.read().parquet(run.context().stage("metrics") + "/table")));
            assertThat(table.distance()).isEqualTo("FD-net-d");
            double own = table.value("student", 1.5, 1, "FD-net-d").orElseThrow();
            assertThat(own).isCloseTo(expected(file, images), within(1e-4 * own));
            assertThat(table.value("student", 1.5, 1, distance).orElseThrow()).isCloseTo(own, within(1e-6 * own));
            assertThat(table.value("student", 1.5, 1, recall).orElseThrow()).isBetween(0.0, 1.0);
            assertThat(table.value("student", 1.5, 1, MetricRow.CLASS_ACCURACY + "net-d")
                            .orElseThrow())
                    .as("of an untrained network with four outputs")
                    .isBetween(0.0, 0.6);
            new ReportJob().run(run.context());
        }
        assertThat(Files.readString(dir.resolve("run/report/report.html"))).contains("FD-net-d", "recall:");
    }

    private static double expected(Path file, TestImages images) {
        var input = new Dl4jModel.Input(0, false, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
        var model = Dl4jModel.open(
                new Configuration(), new org.apache.hadoop.fs.Path(file.toString()), "d", images.shape(), input);
        try (var network = model.open()) {
            var moments = new Moments[2];
            for (int set = 0; set < 2; set++) {
                var pixels = new byte[60 * images.shape().size()];
                for (int i = 0; i < 60; i++) {
                    System.arraycopy(
                            images.all()[60 * (set + 1) + i],
                            0,
                            pixels,
                            i * images.shape().size(),
                            images.shape().size());
                }
                moments[set] = Moments.of(
                        new FeatureBlock(0, 6, network.apply(pixels, 60).features()));
            }
            return FrechetDistance.between(moments[0], moments[1], FrechetDistance.SAMPLE);
        }
    }

    @Test
    void aLayerThatIsNotThereNamesThoseThatAre() throws IOException {
        var file = Dl4jFiles.layers(dir.resolve("net.zip"), 16, 16, 1);
        try (var spark = LocalSpark.start(1)) {
            var run = new TestRun(
                            spark,
                            dir.resolve("run"),
                            TestImages.stripes(20),
                            "evaluate.samples=false",
                            "evaluate.features=\"" + file + "#x\"")
                    .data(10, 10);
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("expected one of the layers [c, layer1, d, layer3], got x");
        }
    }
}
