package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.feature.InceptionFile;
import io.flowmap.eval.report.ReportJob;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.testing.OnnxFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Named protocols on a run's samples, in addition to LeNet's metrics. */
class ProtocolsTest {
    private static final String SMALL = "evaluate.classifier.steps=5";

    @TempDir
    Path dir;

    @Test
    void everyRowOfANamedProtocolCarriesIt() throws IOException {
        var weights = dir.resolve("inception.safetensors");
        InceptionFile.write(weights);
        try (var spark = LocalSpark.start(1)) {
            var run = sampled(
                    spark,
                    12,
                    "evaluate.protocols=[\"fid:stylegan3\", \"is\", \"recall:adm\"]",
                    "evaluate.inception=\"" + weights + "\"");
            new EvaluateJob().run(run.context());
            var stage = run.context().stage("metrics");
            var table = new MetricTable(MetricRow.read(spark.read().parquet(stage + "/table")));
            assertThat(table.named()).containsExactly("fid:stylegan3", "is", "recall:adm");
            var distance = table.row("student", 1.5, 1, "fid:stylegan3").orElseThrow();
            assertThat(distance.value()).isPositive();
            assertThat(distance.protocol().ddof()).isZero();
            assertThat(distance.protocol().network().resize()).startsWith("bilinear 299x299 as TensorFlow 1");
            assertThat(distance.protocol().network().name()).isEqualTo("InceptionV3");
            assertThat(distance.protocol().reference().hash()).hasSize(64);
            assertThat(distance.protocol().reference().samples()).isEqualTo(12);
            assertThat(table.row("student", 1.5, 1, "is").orElseThrow().value()).isBetween(1.0, 1008.0);
            assertThat(table.row("train", null, null, "recall:adm")
                            .orElseThrow()
                            .protocol()
                            .neighbours())
                    .isEqualTo(3);
            assertThat(table.distance()).isEqualTo("FD-LeNet");
            new ReportJob().run(run.context());
        }
        assertThat(Files.readString(dir.resolve("run/report/report.html")))
                .contains(
                        "At guidance weight 1.5, the only one measured.",
                        "Named protocols",
                        "fid:stylegan3",
                        "bilinear 299x299 as TensorFlow 1");
    }

    @Test
    void featuresThatAreNotFiniteNameNetworkAndImage() {
        var weights = new float[3 * 8 * 8 * 5];
        weights[weights.length - 2] = Float.NaN;
        var network = OnnxFiles.linear(dir.resolve("broken.onnx"), 0, 8, 5, weights);
        assertMistake(
                12,
                "cannot evaluate test images: expected finite features of broken, got NaN as number 3 of image 0",
                "evaluate.protocols=[\"fd:" + network + "\"]");
    }

    /** The distance and deviation over a hundred subsets of a thousand images; each row has their seed. */
    @Test
    void aKernelDistanceHasTheDeviationOfItsSubsets() {
        var random = new CounterRandom(3);
        var weights = new float[3 * 8 * 8 * 5];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 0.02f * (float) random.gaussian(i);
        }
        var metric = "kid:" + OnnxFiles.linear(dir.resolve("few.onnx"), 0, 8, 5, weights);
        try (var spark = LocalSpark.start(2)) {
            var run = new TestRun(
                            spark, dir, TestImages.stripes(3400), SMALL, "evaluate.protocols=[\"" + metric + "\"]")
                    .data(1100, 1100)
                    .samples("student", 1.5, 1, 2200, 1200, 1)
                    .samples("student", 1.5, 4, 2200, 1200, 250)
                    .finishSamples();
            new EvaluateJob().run(run.context());
            var table = new MetricTable(
                    MetricRow.read(spark.read().parquet(run.context().stage("metrics") + "/table")));
            double near = table.value("student", 1.5, 1, metric).orElseThrow();
            var deviation = table.row("student", 1.5, 1, metric + "-deviation").orElseThrow();
            assertThat(near).isBetween(-5 * deviation.value(), 5 * deviation.value());
            assertThat(table.value("student", 1.5, 4, metric).orElseThrow()).isGreaterThan(10 * deviation.value());
            assertThat(deviation.value()).isPositive();
            assertThat(deviation.protocol().seed()).isEqualTo(2020);
            assertThat(deviation.protocol().samples()).isEqualTo(1200);
        }
    }

    @Test
    void aKernelDistanceOfTooFewImagesIsRefused() {
        var network = OnnxFiles.linear(dir.resolve("few.onnx"), 0, 8, 5, new float[3 * 8 * 8 * 5]);
        assertMistake(
                12,
                "cannot measure kid:" + network
                        + " of train images: expected 1000 or more images on each side, got 12 and 12",
                "evaluate.protocols=[\"kid:" + network + "\"]");
    }

    @Test
    void samplesOfAnotherShapeNameTheSetAndTheSample() {
        try (var spark = LocalSpark.start(1)) {
            var run =
                    new TestRun(spark, dir, TestImages.stripes(40), SMALL, "evaluate.classifier.batch=8").data(16, 12);
            var small = new TestImages(new LatentShape(1, 8, 8), 4, new int[12], new byte[12][64]);
            new TestRun(spark, dir, small).samples("student", 1.5, 1, 0, 12, 10).finishSamples();
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .satisfies(failure -> assertThat(ExceptionUtils.getRootCause(failure))
                            .isInstanceOf(UserError.class)
                            .hasMessageStartingWith("cannot evaluate student guidance=1.5 steps=1: expected images of ")
                            .message()
                            .matches(".*got .*height=8, width=8] as sample \\d+"));
        }
    }

    @Test
    void oneImageHasNoDistance() {
        assertMistake(1, "cannot evaluate student guidance=1.5 steps=1: expected 2 or more images, got 1");
    }

    private void assertMistake(int samples, String message, String... settings) {
        try (var spark = LocalSpark.start(1)) {
            var run = sampled(spark, samples, settings);
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .satisfies(failure -> assertThat(ExceptionUtils.getRootCause(failure))
                            .isInstanceOf(UserError.class)
                            .hasMessage(message));
        }
    }

    private TestRun sampled(SparkSession spark, int samples, String... settings) {
        var all = new ArrayList<>(List.of(SMALL, "evaluate.classifier.batch=8"));
        all.addAll(List.of(settings));
        return new TestRun(spark, dir.resolve("run"), TestImages.stripes(40), all.toArray(String[]::new))
                .data(16, 12)
                .samples("student", 1.5, 1, 28, samples, 10)
                .finishSamples();
    }

    @Test
    void missingWeightsSayHowToGetThem() {
        try (var spark = LocalSpark.start(1)) {
            var run = new TestRun(spark, dir, TestImages.stripes(20), SMALL, "evaluate.protocols=[\"fid:clean\"]")
                    .data(10, 10);
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .hasMessageContaining("expected a file as evaluate.inception for fid:clean, got none: get"
                            + " pt_inception-2015-12-05-6726825d.pth from https://");
        }
    }

    @Test
    void weightsThatCannotBeReadSayHowToGetThem() {
        var none = dir.resolve("none");
        var wanted = Map.of(
                "[\"kid\"], evaluate.inception", "pt_inception-2015-12-05-6726825d.pth",
                "[\"fd:dinov2\"], evaluate.dinov2", "dinov2_vitl14");
        try (var spark = LocalSpark.start(1)) {
            wanted.forEach((protocol, file) -> {
                var run = new TestRun(
                                spark,
                                dir.resolve(file),
                                TestImages.stripes(20),
                                SMALL,
                                "evaluate.samples=false",
                                "evaluate.protocols=" + protocol.split(", ")[0],
                                protocol.split(", ")[1] + "=" + none)
                        .data(10, 10);
                assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                        .isInstanceOf(UserError.class)
                        .hasMessageContaining(none.toString())
                        .hasMessageContaining(file);
            });
        }
    }
}
