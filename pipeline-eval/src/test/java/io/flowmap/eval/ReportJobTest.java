package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportJobTest {
    @TempDir
    Path dir;

    @Test
    void pageHoldsEverythingAndFetchesNothing() throws IOException {
        try (var spark = LocalSpark.start(2)) {
            var run = new TestRun(
                            spark,
                            dir,
                            TestImages.stripes(900),
                            "evaluate.classifier.steps=20",
                            "evaluate.classifier.batch=32",
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
        assertThat(html).contains("FD-LeNet", "real images", "Median ‖g‖", "1 step", "2 steps", "Provenance");
        assertThat(html.replaceAll("base64,[^\"]*", ""))
                .doesNotContain("http://", "https://", "<script", "NaN", "Infinity");
        assertThat(html.split("data:image/png;base64,")).hasSize(1 + 4 + 1);
        assertThat(dir.resolve("report/manifest.json")).exists();
    }
}
