package io.flowmap.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.eval.EvaluateJob;
import io.flowmap.eval.LocalSpark;
import io.flowmap.eval.TestImages;
import io.flowmap.eval.TestRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportJobTest {
    @TempDir
    Path dir;

    @Test
    void setsOfDifferentSizesAreRefusedUnlessForced() throws IOException {
        try (var spark = LocalSpark.start(1)) {
            var run = new TestRun(
                            spark,
                            dir,
                            TestImages.stripes(400),
                            "evaluate.classifier.steps=2",
                            "evaluate.classifier.batch=4")
                    .data(100, 100)
                    .samples("student", 1.5, 1, 200, 120, 20)
                    .samples("teacher", 1.5, 1, 200, 100, 70)
                    .finishSamples();
            new EvaluateJob().run(run.context());
            assertThatThrownBy(() -> new ReportJob().run(run.context()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("of student guidance=1.5 steps=1 with that of teacher guidance=1.5 steps=1")
                    .hasMessageContaining("got samples 120 and 100");
            assertThat(dir.resolve("report/report.html")).doesNotExist();
            new ReportJob().run(run.context().with(List.of("compare.force=true", "run.overwrite=true")));
        }
        assertThat(Files.readString(dir.resolve("report/report.html")))
                .contains("which differ in samples 120 and 100.");
    }

    @Test
    void aComparisonWithTheTrainingImagesIsSaid() throws IOException {
        try (var spark = LocalSpark.start(1)) {
            var run = new TestRun(
                            spark,
                            dir,
                            TestImages.stripes(300),
                            "evaluate.reference-split=train",
                            "evaluate.classifier.steps=2",
                            "evaluate.classifier.batch=4")
                    .data(100, 100)
                    .samples("student", 1.5, 1, 200, 100, 20)
                    .finishSamples();
            new EvaluateJob().run(run.context());
            new ReportJob().run(run.context());
        }
        assertThat(Files.readString(dir.resolve("report/report.html")))
                .contains(
                        "At guidance weight 1.5, the only one measured. Samples are compared with the images that the models were trained on",
                        "among the images compared with")
                .doesNotContain("the floor: the value of real images", "a value near that is as good");
    }

    @Test
    void pageHoldsEverythingAndFetchesNothing() throws IOException {
        try (var spark = LocalSpark.start(2)) {
            var run = new TestRun(
                            spark,
                            dir,
                            TestImages.stripes(900),
                            "evaluate.classifier.steps=20",
                            "evaluate.classifier.batch=32",
                            "evaluate.per-class=true",
                            "evaluate.parts=2",
                            "evaluate.bootstrap.resamples=4",
                            "report.title=\"A <b> & 'c'\"")
                    .data(300, 300)
                    .samples("student", 1.5, 1, 600, 100, 20)
                    .samples("student", 1.5, 2, 600, 100, 10)
                    .samples("teacher", 1.5, 1, 600, 100, 70)
                    .samples("teacher", 1.5, 2, 600, 100, 40)
                    .samples("teacher", 1.0, 2, 600, 100, 50)
                    .finishSamples()
                    .training("flowmap", 700);
            new EvaluateJob().run(run.context());
            new ReportJob().run(run.context());
        }
        var html = Files.readString(dir.resolve("report/report.html"));
        assertThat(html).contains("A &lt;b&gt; &amp; &#39;c&#39;").doesNotContain("<b> &");
        assertThat(html)
                .contains(
                        "where the teacher&#39;s distance is lowest",
                        "FD-LeNet",
                        "real images",
                        "Median ‖g‖",
                        "1 step",
                        "2 steps",
                        "Provenance");
        assertThat(html.split("<table>")).hasSameSizeAs(html.split("<caption>"));
        assertThat(html.split("<img alt=\"[^\"]{20}")).hasSameSizeAs(html.split("<img "));
        assertThat(html.replaceAll("base64,[^\"]*", ""))
                .doesNotContain("http://", "https://", "<script", "NaN", "Infinity");
        assertThat(html.split("data:image/png;base64,")).hasSize(1 + 4 + 1 + 1);
        assertThat(html)
                .contains("Nearest training images", "Pareto front", "FD-LeNet within each class", "class 3", "±");
        assertThat(html)
                .contains("Equal parts of each set", "Noise between the flow map&#39;s steps (gamma): 0.5 at 2 steps.");
        assertThat(html)
                .contains(
                        "10⁹ multiply-adds per image <abbr",
                        "What ran.</strong> A teacher",
                        "<h3>Quality of all sets</h3>",
                        "<h3>Cost of all sets</h3>",
                        "<td class=\"number\">4</td><td class=\"number\">1,500</td><td class=\"number\">0.500</td><td class=\"number\">2.60</td>",
                        "the covariance is singular. The distance is exact for these images, but far above that of many.",
                        "FD-LeNet of parts: 50 images against 300 of 84 features; FD-LeNet within classes: 25 images against 75 of 84 features.");
        assertThat(dir.resolve("report/charts/1-distance.svg"))
                .content()
                .contains("AYF-S, ImageNet-512 FID: 1, 3.32", ": 2, 1.87", "its teacher, AYF Table 5: 2, 299")
                .doesNotContain(": 4, 1.7");
        for (var chart : List.of("1-distance", "2-accuracy", "3-precision", "4-recall", "5-time", "6-front")) {
            assertThat(dir.resolve("report/charts/" + chart + ".svg")).content().startsWith("<svg ");
        }
        var table = Files.readAllLines(dir.resolve("report/metrics.csv"));
        assertThat(table.get(0)).startsWith("model,guidance,steps,value,low,high,metric,class,samples,reference,");
        assertThat(table.get(0)).endsWith(",network,network_hash,dimension,gamma,noise_seed,part");
        assertThat(table).anyMatch(line -> line.startsWith("teacher,1.0,2,") && line.endsWith(",,5,"));
        assertThat(table).anyMatch(line -> line.startsWith("student,1.5,2,") && line.endsWith(",0.5,5,1"));
        assertThat(dir.resolve("report/manifest.json")).exists();
    }
}
