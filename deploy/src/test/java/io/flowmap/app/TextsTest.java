package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.testing.Reference;
import io.flowmap.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoded texts of drawn scenes, as different clusters write them. */
@Tag("reference")
class TextsTest {
    @TempDir
    Path dir;

    @Test
    void theFileOfTextsIsTheSameOnEveryCluster() throws Exception {
        var home = new LaidOut(Files.createDirectories(dir.resolve("home")));
        var tokenizer = Tokenizers.ending(dir.resolve("tokenizer.json"), "a", "red", "green", "blue", "circle");
        Path first = null;
        for (var master : new String[] {"local[1]", "local[2]", "local-cluster[2,1,512]"}) {
            var run = dir.resolve("run-" + master.replaceAll("\\W", "-"));
            ingest(home, tokenizer, master, run);
            var texts = run.resolve("data/texts/texts-000000.bin");
            first = first == null ? texts : first;
            assertThat(texts).as(master).hasSameBinaryContentAs(first);
            try (var files = Files.list(texts.getParent())) {
                assertThat(files).as("nothing half-written").containsExactly(texts);
            }
        }
    }

    private void ingest(LaidOut home, Path tokenizer, String master, Path run)
            throws IOException, InterruptedException {
        var log = dir.resolve("log");
        var process = home.flowmap(
                log,
                "ingest",
                "--master",
                master,
                "spark.executor-memory=512m",
                "spark.driver-memory=1g",
                "ingest.train=embedded:scenes",
                "ingest.scenes.count=60",
                "ingest.scenes.test-count=10",
                "ingest.captions.encoder.t5.weights=" + Reference.require("flux", "text", "dev", "t5"),
                "ingest.captions.encoder.t5.tokenizer=" + tokenizer,
                "ingest.captions.encoder.t5.max-tokens=5",
                "run.dir=" + run);
        assertThat(process.start().waitFor()).as(Files.readString(log)).isZero();
    }
}
