package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.userstudy.Chromium;
import io.flowmap.config.Json;
import io.flowmap.data.SampleSchema;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Captioned scenes from ingest to samples for prompts, their grids, and their page in a headless Chromium. */
@ExtendWith(LocalMaster.class)
class PromptsTest {
    private static final Path PICTURES = Path.of("target/prompts");
    private static final List<String> TEXTS =
            List.of("a red circle", "there is a blue square above a small yellow triangle", "größer, \"zwei\"");

    @TempDir(cleanup = CleanupMode.NEVER) // the browser may still write
    static Path folder;

    private static Path run;

    @BeforeAll
    static void make() throws IOException {
        run = folder.resolve("run");
        var texts = Files.write(folder.resolve("texts.txt"), TEXTS);
        for (var command : List.of("ingest", "pretrain", "distill")) {
            TinyRun.complete(command, run, scenes());
        }
        TinyRun.complete("generate", run, scenes("generate.prompts.from=" + texts, "generate.guidance=[1.5, 2.5]"));
    }

    /** Settings of a tiny run on captioned scenes. */
    static String[] scenes(String... more) {
        var settings = new ArrayList<>(List.of(
                "ingest.train=embedded:scenes",
                "ingest.test=embedded:scenes",
                "ingest.scenes.count=60",
                "ingest.scenes.test-count=20",
                "ingest.captions.encoder.words.length=12",
                "pretrain.weak-model=false",
                "distill.teacher.guidance=cfg",
                "generate.samples=7",
                "generate.batch=4"));
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    @Test
    void everySampleTellsItsPromptAndGridsHaveARowForEach() throws IOException {
        try (var spark = SparkSession.builder().master("local[1]").getOrCreate()) {
            for (var model : List.of("teacher", "student")) {
                var samples = spark.read()
                        .parquet(run.resolve("samples/model=" + model).toString());
                assertThat(samples.count()).isEqualTo(7 * 2 * 2);
                for (var row : samples.select("index", SampleSchema.PROMPT).collectAsList()) {
                    assertThat(row.getString(1)).isEqualTo(TEXTS.get((int) (row.getLong(0) % 3)));
                }
            }
        }
        var facts = Json.mapper().readTree(run.resolve("samples/manifest.json").toFile());
        assertThat(facts.at("/facts/prompts").asInt()).isEqualTo(3);
        assertThat(facts.at("/inputs").findValuesAsText("name")).contains("generate.prompts.from");
        BufferedImage grid =
                ImageIO.read(run.resolve("samples/grids/student-1.5-2.png").toFile());
        assertThat(grid.getHeight()).isEqualTo(3 * (64 + 2) - 2);
        assertThat(grid.getWidth()).isGreaterThan(3 * (64 + 2) + 100);
    }

    @Test
    void captionsOfTheTestSplitAreDrawnToo() {
        var other = folder.resolve("split");
        TinyRun.complete(
                "generate",
                other,
                scenes(
                        "run.stages.data=" + run.resolve("data"),
                        "run.stages.teacher=" + run.resolve("teacher"),
                        "run.stages.flowmap=" + run.resolve("flowmap"),
                        "generate.prompts.from=split:test",
                        "generate.prompts.count=5"));
        assertThat(other.resolve("samples/prompts.html")).content().contains("<article class=\"prompt\">");
    }

    @Test
    void aMistakeEndsWithExitCode2() {
        var err = new StringWriter();
        int code = TinyRun.run(
                "generate",
                run,
                new PrintWriter(err, true),
                scenes("run.overwrite=true", "generate.prompts.from=" + folder.resolve("none.txt")));
        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("none.txt: no such file");
    }

    @Test
    void thePageFiltersPromptsAndHidesWhatIsNotChosen() throws Exception {
        try (var browser = Chromium.start(folder.resolve("profile"))) {
            browser.resize(1280, 900, false);
            browser.open(run.resolve("samples/prompts.html").toUri().toString());
            assertThat(browser.value("document.querySelectorAll('.prompt img').length")
                            .asInt())
                    .as("2 seeds of 3 prompts, 2 models, 2 weights, 2 numbers of steps; 7 samples")
                    .isEqualTo((2 * 3) * 2 * 2 * 2);
            assertThat(browser.value("[...document.images].every(image => image.complete && image.naturalWidth === 32)")
                            .asBoolean())
                    .isTrue();
            browser.screenshot(PICTURES.resolve("light-1280.png"));
            browser.value("document.getElementById('find').focus()");
            browser.call("Input.insertText", Map.of("text", "GRÖSSER zwei".replace("SS", "ß")));
            assertThat(browser.value("document.getElementById('shown').textContent")
                            .asText())
                    .isEqualTo("1 of 3 prompts");
            assertThat(shown(browser, "article")).isEqualTo(1);
            browser.value("document.getElementById('find').value = ''; find()");
            assertThat(shown(browser, "article")).isEqualTo(3);
            int rows = shown(browser, ".prompt tbody tr");
            browser.click("document.querySelector('[data-hides=model0]')", false);
            assertThat(shown(browser, ".prompt tbody tr")).isEqualTo(rows / 2);
            int cells = shown(browser, ".prompt td img");
            browser.click("document.querySelector('[data-hides=steps0]')", false);
            assertThat(shown(browser, ".prompt td img")).isEqualTo(cells / 2);
            browser.click("document.querySelector('[data-hides=steps0]')", false);
            browser.click("document.querySelector('[data-hides=model0]')", false);
            assertThat(shown(browser, ".prompt tbody tr")).isEqualTo(rows);
            browser.resize(900, 900, false);
            assertThat(overflow(browser)).isZero();
            browser.screenshot(PICTURES.resolve("light-900.png"));
            browser.call(
                    "Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
            browser.screenshot(PICTURES.resolve("dark-900.png"));
            browser.resize(390, 760, true);
            assertThat(overflow(browser)).isZero();
            browser.screenshot(PICTURES.resolve("phone.png"));
        }
    }

    /** Pixels by which the page is wider than the window without its scroll bar. */
    private static int overflow(Chromium browser) throws InterruptedException {
        return browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                .asInt();
    }

    private static int shown(Chromium browser, String selector) throws InterruptedException {
        return browser.value(
                        "[...document.querySelectorAll('" + selector + "')].filter(e => e.checkVisibility()).length")
                .asInt();
    }
}
