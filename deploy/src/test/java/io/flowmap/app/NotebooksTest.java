package io.flowmap.app;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.app.NoteRun.Output;
import io.flowmap.config.Json;
import io.flowmap.data.LatentData;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.page.ParetoFront;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.zeppelin.notebook.Note;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the notes of notebooks/ on tiny runs; their output is written to target/notebooks. */
class NotebooksTest {
    private static final Path NOTES = Deployed.ROOT.resolve("notebooks");
    private static final Pattern PICTURE = Pattern.compile("src='data:image/png;base64,([^']+)'");

    @TempDir
    static Path folder;

    private static Path demo;
    private static SparkSession spark;

    @BeforeAll
    static void makeARun() {
        System.setProperty("spark.master", "local[2]");
        System.setProperty("spark.ui.enabled", "false");
        demo = folder.resolve("demo");
        TinyRun.complete("pipeline", demo);
        TinyRun.complete(
                "lab ablation",
                demo,
                "lab.ablation.runs=[{ name = AYF-EMD, settings = [] },"
                        + " { name = sCD, settings = [\"distill.objective.type=scd\"] },"
                        + " { name = the teacher, settings = [\"generate.models=[teacher]\"] }]");
        spark = SparkSession.builder().appName("notebooks").getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
        System.clearProperty("spark.master");
        System.clearProperty("spark.ui.enabled");
    }

    static List<Path> notes() throws IOException {
        try (Stream<Path> files = Files.list(NOTES)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("notes")
    void aNoteIsReadByZeppelinAndKeptWithoutOutputsAndForms(Path file) throws IOException {
        var note = note(file);
        assertThat(file.getFileName()).hasToString(note.getName() + "_" + note.getId() + ".zpln");
        assertThat(note.getNoteParams()).isEmpty();
        assertThat(note.getNoteForms()).isEmpty();
        for (var paragraph : note.getParagraphs()) {
            assertThat(paragraph.getReturn()).isNull();
            assertThat(paragraph.getDateFinished()).isNull();
            assertThat(paragraph.settings.getParams()).isEmpty();
        }
        for (var paragraph : Json.mapper().readTree(file.toFile()).get("paragraphs")) {
            assertThat(paragraph.has("results")).isFalse();
        }
    }

    @Test
    void theDatasetsOverviewCountsEveryRecordAndShowsPictures() throws IOException {
        var outputs = run("dataset-overview", demo, Map.of());
        assertThat(sum(rows(outputs, "Outcome of every record"), "records")).isEqualTo(180);
        assertThat(sum(rows(outputs, "Kept records per class"), "train")).isEqualTo(120);
        var picture = pictures(output(outputs, "Channels and pictures of the first training latents"))
                .get(0);
        assertThat(picture.getWidth()).isEqualTo(16 * 18);
        assertThat(picture.getHeight()).isEqualTo(4 * 18);
        requireLevels(picture);
    }

    /** The gray levels of the first latent, read by our own codec and scaled from the least to the largest value of the 64 latents shown. */
    private static void requireLevels(BufferedImage picture) {
        var hadoop = spark.sparkContext().hadoopConfiguration();
        var values = LatentData.open(hadoop, new org.apache.hadoop.fs.Path(demo + "/data"), "train")
                .read(0)
                .values();
        float low = Float.MAX_VALUE;
        float high = -Float.MAX_VALUE;
        for (int i = 0; i < 64 * 16 * 16; i++) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
        }
        for (int i = 0; i < 16 * 16; i++) {
            assertThat(picture.getRGB(i % 16, i / 16) & 255)
                    .isEqualTo((int) Math.round(255.0 * (values[i] - low) / (high - low)));
        }
    }

    @Test
    void trainingCurvesAndDivergenceAreDrawnForEveryTraining() throws IOException {
        var outputs = run("training", demo, Map.of());
        assertThat(output(outputs, "Curves"))
                .contains("teacher/main", "teacher/weak", "flowmap", "Gradient norm", "<circle");
        assertThat(output(outputs, "Replica divergence")).contains("<circle", "teacher/weak");
        var inShort = rows(outputs, "Trainings in short");
        assertThat(inShort).extracting(row -> row.getAs("training")).contains("teacher/main", "flowmap");
        assertThat(inShort).allSatisfy(row -> {
            assertThat(row.<Long>getAs("steps")).isEqualTo(row.getAs("training").equals("teacher/weak") ? 4L : 8L);
            assertThat(row.<Double>getAs("most_divergence")).isPositive();
        });
    }

    @Test
    void theFrontOfTheNoteIsTheFrontOfTheReport() throws IOException {
        var outputs = run("quality", demo, Map.of());
        var all = MetricRow.read(
                spark.read().parquet(demo.resolve("metrics/table").toString()));
        var times = new HashMap<String, Double>();
        all.stream()
                .filter(row -> row.metric().equals("milliseconds-per-image"))
                .forEach(row -> times.put(row.name(), row.value()));
        var sets = all.stream()
                .filter(row -> row.metric().startsWith(MetricRow.FRECHET) && row.steps() != null)
                .toList();
        var front = ParetoFront.of(sets, row -> times.get(row.name()), MetricRow::value);
        assertThat(sets).hasSize(4);
        assertThat(rows(outputs, "The Pareto front"))
                .extracting(row -> row.getAs("model") + " " + row.getAs("steps"))
                .containsExactlyElementsOf(front.stream()
                        .map(row -> row.model() + " " + row.steps())
                        .toList());
        assertThat(output(outputs, "Distance against steps")).contains("FD-LeNet", "student", "teacher", "images");
        assertThat(output(outputs, "Distance against time, with the Pareto front"))
                .contains("Pareto front");
        assertThat(rows(outputs, "All measures")).hasSizeGreaterThan(sets.size());
    }

    @Test
    void eachColumnOfTheSampleBrowserHasTheSameNoise() throws IOException {
        var other = demo.resolve("ablation/scd");
        var outputs = run("samples", demo, Map.of("others", other.toString(), "first", "5", "count", "8"));
        var html = output(outputs, "Samples from the same noise");
        var pictures = pictures(html);
        assertThat(pictures).hasSize(4 + 4);
        assertThat(html).contains(demo.toString(), other.toString(), "teacher, guidance 2.0, 2 steps");
        var sample = sample("student", 1, 7);
        var row = pictures.get(0); // student, 1 step
        for (int i = 0; i < 16 * 16; i++) {
            assertThat(row.getRGB(2 * 18 + i % 16, i / 16) & 255).isEqualTo(sample.image()[i] & 255);
        }
    }

    @Test
    void promptsAreFoundByWordsWithTheirPicturesAndScores() throws IOException {
        var scenes = folder.resolve("scenes");
        var settings = PromptsTest.scenes(
                "generate.prompts.from=split:test",
                "generate.prompts.count=6",
                "generate.samples=12",
                "evaluate.features=means-8x8",
                "evaluate.protocols=[\"prompt:scenes\"]");
        for (var command : List.of("ingest", "pretrain", "distill", "generate")) {
            TinyRun.complete(command, scenes, settings);
        }
        requireFoundWithoutScores(scenes);
        TinyRun.complete("evaluate", scenes, settings);
        spark = SparkSession.builder().appName("notebooks").getOrCreate();
        var all = run("prompts", scenes, Map.of("words", "", "prompts", "99"));
        assertThat(output(all, "Prompts")).contains("6 of 6 prompts", "all of prompt:scenes");
        assertThat(pictures(output(all, "Prompts"))).hasSize(6 * 8);
        var scores = rows(all, "Scores of the prompts found");
        assertThat(scores).hasSize(4);
        var measured = spark.read().parquet(scenes.resolve("metrics/prompts").toString());
        for (var row : scores) {
            var expected = measured.where("model = '" + row.getAs("model") + "' and steps = " + row.getAs("steps"))
                    .selectExpr("avg(values['all'])")
                    .first()
                    .getDouble(0);
            assertThat(row.<Double>getAs("score")).isCloseTo(expected, within(5e-5));
            assertThat(row.<Long>getAs("samples")).isEqualTo(12);
        }
        assertThat(output(all, "Score against steps")).contains("student, guidance 2.0", "<polyline");
        assertThat(rows(all, "Prompts with the lowest scores")).hasSize(6 * 4);
    }

    /** The note of a run that was not evaluated, for the words of its prompt number 4. */
    private static void requireFoundWithoutScores(Path scenes) throws IOException {
        spark = SparkSession.builder().appName("notebooks").getOrCreate();
        var samples =
                spark.read().parquet(scenes.resolve("samples/model=student").toString());
        var prompt = samples.where("index = 4 and steps = 1").first().<String>getAs("prompt");
        var outputs = run("prompts", scenes, Map.of("words", prompt.toUpperCase(Locale.ROOT), "prompts", "1"));
        var html = output(outputs, "Prompts");
        assertThat(html)
                .contains("1 of 6 prompts", prompt, "student, guidance 2.0, seed 2")
                .contains("Nothing was measured of single prompts.");
        var pictures = pictures(html);
        assertThat(pictures).as("2 seeds, 2 models, 2 numbers of steps").hasSize(8);
        var first = SampleSchema.record(samples.where("steps = 1")
                .where(col("prompt").equalTo(prompt))
                .orderBy("index")
                .first());
        assertThat(pictures.get(0).getRGB(5, 3) & 255).isEqualTo(first.image()[2 * 32 * 32 + 3 * 32 + 5] & 255);
        assertThat(output(outputs, "Score against steps")).contains("Nothing was measured");
        assertThat(rows(outputs, "Scores of the prompts found")).isEmpty();
    }

    @Test
    void aRunWithoutPromptsSaysWhatIsMissing() {
        assertThatThrownBy(() -> run("prompts", demo, Map.of("words", "")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("were not drawn for prompts: set generate.prompts.from");
    }

    @Test
    void theAblationsTableHasARowForEveryRun() throws IOException {
        var outputs = run("ablation", demo, Map.of());
        assertThat(output(outputs, "Table"))
                .contains("<td>ayf-emd</td><td>student", "<td>scd</td><td>student", "<td>the-teacher</td><td>teacher");
        assertThat(output(outputs, "Distance against steps")).contains("the-teacher", "<polyline");
        assertThat(rows(outputs, "All rows")).hasSize(3 * 2);
    }

    @Test
    void failedRecordsAreShownWithTheirReasons() throws IOException {
        var source = folder.resolve("pictures");
        drawn(source.resolve("a/1.png"), 16);
        drawn(source.resolve("a/2.png"), 16);
        drawn(source.resolve("b/small.png"), 4);
        Files.writeString(source.resolve("b/broken.png"), "no <b>picture</b>");
        var odd = folder.resolve("odd");
        TinyRun.complete(
                "ingest",
                odd,
                "ingest.train=" + source,
                "ingest.test=null",
                "ingest.filter.min-side=8",
                "ingest.max-failure-share=0.9");
        spark = SparkSession.builder().appName("notebooks").getOrCreate();
        var outputs = run("failed-records", odd, Map.of("reason", ""));
        var account = rows(outputs, "Every record is accounted for").get(0);
        assertThat(List.of(
                        account.<Long>getAs("records"),
                        account.getAs("kept"),
                        account.getAs("filtered"),
                        account.getAs("quarantined")))
                .containsExactly(4L, 2L, 1L, 1L);
        assertThat(rows(outputs, "Records"))
                .extracting(row -> row.getAs("key"))
                .containsExactlyInAnyOrder("b/small.png", "b/broken.png");
        assertThat(sum(rows(outputs, "Sources"), "failed")).isEqualTo(2);
    }

    @Test
    void aParagraphThatDoesNotCompileOrThrowsFails() {
        try (var run = new NoteRun(spark, Map.of())) {
            assertThatThrownBy(() -> run.interpret("val y: Int = \"bad\""))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("type mismatch");
            assertThatThrownBy(() -> run.interpret("spark.table(\"nothing\").count"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("TABLE_OR_VIEW_NOT_FOUND");
        }
    }

    private static Note note(Path file) throws IOException {
        return Note.fromJson(file.toString(), Files.readString(file));
    }

    private static List<Output> run(String name, Path dir, Map<String, Object> forms) throws IOException {
        var values = new HashMap<>(forms);
        values.put("run", dir.toString());
        var file = notes().stream()
                .filter(path -> path.getFileName().toString().startsWith(name))
                .findFirst()
                .orElseThrow();
        try (var run = new NoteRun(spark, values)) {
            var outputs = run.run(note(file));
            NoteRun.keep(Path.of("target/notebooks", name + "-" + dir.getFileName() + ".html"), outputs);
            return outputs;
        }
    }

    private static Output named(List<Output> outputs, String title) {
        return outputs.stream()
                .filter(output -> output.title().equals(title))
                .findFirst()
                .orElseThrow();
    }

    private static String output(List<Output> outputs, String title) {
        return named(outputs, title).html();
    }

    private static List<Row> rows(List<Output> outputs, String title) {
        return named(outputs, title).rows();
    }

    private static long sum(List<Row> rows, String column) {
        return rows.stream().mapToLong(row -> row.<Long>getAs(column)).sum();
    }

    private static List<BufferedImage> pictures(String html) throws IOException {
        var pictures = new ArrayList<BufferedImage>();
        var found = PICTURE.matcher(html);
        while (found.find()) {
            pictures.add(
                    ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(found.group(1)))));
        }
        return pictures;
    }

    private static SampleRecord sample(String model, int steps, long index) {
        var path = demo.resolve("samples/model=" + model).toString();
        return SampleSchema.record(spark.read()
                .parquet(path)
                .where("steps = " + steps + " and index = " + index)
                .first());
    }

    private static void drawn(Path file, int side) throws IOException {
        Files.createDirectories(file.getParent());
        var image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        image.setRGB(side / 2, side / 2, 0xffffff);
        ImageIO.write(image, "png", file.toFile());
    }
}
