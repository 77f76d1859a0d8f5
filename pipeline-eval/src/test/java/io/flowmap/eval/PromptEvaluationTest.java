package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.data.SampleRecord;
import io.flowmap.eval.prompt.PromptPair;
import io.flowmap.eval.prompt.PromptRow;
import io.flowmap.eval.prompt.PromptRow.SetName;
import io.flowmap.eval.report.ReportJob;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.file.Sha256;
import io.flowmap.scene.SceneDrawing;
import io.flowmap.scene.SceneDrawing.Mix;
import io.flowmap.scene.SceneLaw;
import io.flowmap.scene.ScenePrompt;
import io.flowmap.scene.ScenePrompt.Group;
import io.flowmap.testing.OnnxFiles;
import io.flowmap.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 120 prompts with three samples each. A sample is the scene of its prompt, or an empty canvas where it is meant to be wrong. */
class PromptEvaluationTest {
    private static final int PROMPTS = 120;
    private static final int SAMPLES = 3 * PROMPTS;
    private static final SceneDrawing TEST = new SceneDrawing(SceneLaw.FIRST, Mix.EVALUATION, 2, 1);
    private static final String[] SETTINGS = {
        "evaluate.features=means-8x8",
        "evaluate.protocols=[\"prompt:scenes\"]",
        "evaluate.bootstrap.resamples=4",
        "evaluate.bootstrap.prompt-resamples=200"
    };

    @TempDir
    Path dir;

    private record Measured(MetricTable table, List<PromptRow> prompts, List<PromptPair> pairs) {}

    @Test
    void promptsAreMeasuredAlikeOnAnyNumberOfThreads() throws IOException {
        var one = measured(1, "one");
        var three = measured(3, "three");
        assertThat(three).isEqualTo(one);
        checkScores(one.table());
        checkPrompts(one.prompts());
        checkPairs(one.pairs());
        checkReport("three");
    }

    /** The reward of two linear towers that see the mean of red, and know "cat" as 1 and "dog" as -2. */
    @Test
    void networksOfImageAndTextAreMeasuredAlikeOnAnyNumberOfThreads() throws IOException {
        var weights = new float[3 * 32 * 32];
        Arrays.fill(weights, 0, 32 * 32, 1f / (32 * 32));
        var file =
                OnnxFiles.imageAndText(dir.resolve("red.onnx"), 32, weights, new float[][] {{0}, {1}, {0}, {1}, {-2}});
        Tokenizers.animals(dir.resolve("tokenizer.json"));
        var settings = new String[] {
            "evaluate.features=means-8x8",
            "evaluate.protocols=[\"reward:" + file + "\", \"clip:" + file + "\"]",
            "evaluate.image-text.mean=[0, 0, 0]",
            "evaluate.image-text.deviation=[1, 1, 1]",
            "evaluate.bootstrap.resamples=0",
            "evaluate.bootstrap.prompt-resamples=100"
        };
        var tables = new ArrayList<List<PromptRow>>();
        for (int threads : List.of(1, 3)) {
            try (var spark = LocalSpark.start(threads)) {
                var run = new TestRun(spark, dir.resolve("towers" + threads), TestImages.scenes(TEST, 40), settings)
                        .captions(IntStream.range(0, 40)
                                .mapToObj(i -> i % 3 == 0 ? "a cat" : "a dog")
                                .toList())
                        .data(20, 20)
                        .samples("student", 1.5, 4, 10, 20, 5)
                        .samples("teacher", 1.5, 4, 10, 20, 0)
                        .finishSamples();
                new EvaluateJob().run(run.context());
                var stage = run.context().stage("metrics");
                var rows = new MetricTable(MetricRow.read(spark.read().parquet(stage + "/table")));
                var score =
                        rows.row("teacher", 1.5, 4, "prompt:reward:red:score").orElseThrow();
                assertThat(score.protocol().network().hash()).isEqualTo(Sha256.of(Files.readAllBytes(file)));
                assertThat(score.value()).isCloseTo(reward(10, 20, i -> true), within(1e-6));
                assertThat(rows.value("teacher", 1.5, 4, "prompt:clip:red:score")
                                .orElseThrow())
                        .as("a cosine of one dimension is a sign")
                        .isCloseTo(
                                IntStream.range(10, 30)
                                        .mapToDouble(i -> i % 3 == 0 ? 100 : -100)
                                        .average()
                                        .orElseThrow(),
                                within(1e-9));
                tables.add(PromptRow.read(spark.read().parquet(stage + "/prompts")));
                new ReportJob().run(run.context());
            }
        }
        assertThat(tables.get(1)).isEqualTo(tables.get(0));
        requireDifferentNames(file);
        var cats = tables.get(0).stream()
                .filter(row -> row.protocol().equals("prompt:reward:red")
                        && row.prompt().equals("a cat"))
                .filter(row -> row.set().equals(new SetName("teacher", 1.5, 4)))
                .findFirst()
                .orElseThrow();
        assertThat(cats.values().get("score")).isCloseTo(reward(10, 20, i -> i % 3 == 0), within(1e-6));
        assertThat(Files.readString(dir.resolve("towers3/report/report.html")))
                .contains("prompt:reward:red", "Means over samples of what red.onnx", "first better");
    }

    private void requireDifferentNames(Path file) throws IOException {
        var other =
                Files.copy(file, Files.createDirectories(dir.resolve("other")).resolve("red.onnx"));
        Tokenizers.animals(dir.resolve("other/tokenizer.json"));
        try (var spark = LocalSpark.start(1)) {
            var run = new TestRun(
                            spark,
                            dir.resolve("twice"),
                            TestImages.scenes(TEST, 40),
                            "evaluate.features=means-8x8",
                            "evaluate.protocols=[\"reward:" + file + "\", \"reward:" + other + "\"]")
                    .data(20, 20)
                    .samples("student", 1.5, 4, 10, 20, 5)
                    .finishSamples();
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("expected files of different names")
                    .hasMessageContaining("got prompt:reward:red twice");
        }
    }

    private static double reward(int first, int count, IntPredicate counted) {
        return IntStream.range(first, first + count)
                .filter(counted)
                .mapToDouble(i -> {
                    var planes = TEST.scene(i).planes();
                    double red = IntStream.range(0, 32 * 32)
                            .mapToDouble(j -> (planes[j] & 0xff) / 255.0)
                            .average()
                            .orElseThrow();
                    return i % 3 == 0 ? red : -2 * red;
                })
                .average()
                .orElseThrow();
    }

    @Test
    void samplesWithoutPromptsAreTheUsersMistake() {
        try (var spark = LocalSpark.start(1)) {
            var run = new TestRun(spark, dir, TestImages.scenes(TEST, 120), SETTINGS)
                    .data(40, 40)
                    .samples("student", 1.5, 4, 80, 40, 0)
                    .finishSamples();
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("cannot measure prompt:scenes of student guidance=1.5 steps=4")
                    .hasMessageContaining("generate.prompts.from");
        }
    }

    @Test
    void promptsOutsideTheGrammarAreNamed() {
        try (var spark = LocalSpark.start(1)) {
            var captions = new ArrayList<>(captions(120));
            captions.set(90, "a photo of a cat");
            var run = new TestRun(spark, dir, TestImages.scenes(TEST, 120), SETTINGS)
                    .captions(captions)
                    .data(40, 40)
                    .samples("student", 1.5, 4, 80, 40, 0)
                    .finishSamples();
            assertThatThrownBy(() -> new EvaluateJob().run(run.context()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("\"a photo of a cat\"")
                    .hasMessageContaining("got \"photo\" as word 2");
            var gray = new TestRun(spark, dir.resolve("gray"), TestImages.stripes(60), SETTINGS)
                    .captions(captions.subList(0, 60))
                    .data(20, 20)
                    .samples("student", 1.5, 4, 40, 20, 0)
                    .finishSamples();
            assertThatThrownBy(() -> new EvaluateJob().run(gray.context()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("cannot measure prompt:scenes: expected images of");
            var unknown = gray.context().with(List.of("evaluate.protocols=[\"prompt:faces\"]"));
            assertThatThrownBy(() -> new EvaluateJob().run(unknown))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("got prompt:faces");
        }
    }

    private Measured measured(int threads, String name) {
        try (var spark = LocalSpark.start(threads)) {
            var run = new TestRun(spark, dir.resolve(name), TestImages.scenes(TEST, 2 * PROMPTS), SETTINGS)
                    .captions(captions(2 * PROMPTS))
                    .data(PROMPTS, PROMPTS)
                    .samples("student", 1.5, 4, samples(i -> i % 5 != 0))
                    .samples("teacher", 1.5, 4, samples(i -> i % 3 != 0))
                    .samples("teacher", 1.5, 8, samples(i -> true))
                    .finishSamples();
            new EvaluateJob().run(run.context());
            if (threads > 1) {
                new ReportJob().run(run.context());
            }
            var stage = run.context().stage("metrics");
            return new Measured(
                    new MetricTable(MetricRow.read(spark.read().parquet(stage + "/table"))),
                    PromptRow.read(spark.read().parquet(stage + "/prompts")),
                    PromptPair.read(spark.read().parquet(stage + "/prompt-pairs")));
        }
    }

    private static void checkScores(MetricTable table) {
        double student = share(i -> i % 5 != 0, i -> true);
        var all = table.row("student", 1.5, 4, "prompt:scenes:all").orElseThrow();
        assertThat(all.value()).isCloseTo(student, within(1e-12));
        assertThat(all.low()).isLessThan(student);
        assertThat(all.high()).isGreaterThan(student);
        assertThat(all.protocol().samples()).isEqualTo(SAMPLES);
        assertThat(all.protocol().reference().split()).isEqualTo("prompts");
        assertThat(all.protocol().reference().samples()).isEqualTo(different());
        for (var group : Group.values()) {
            var name = group == Group.HELD_OUT ? "held-out" : group == Group.ONE ? "one" : "two";
            assertThat(table.value("teacher", 1.5, 4, "prompt:scenes:" + name).orElseThrow())
                    .isCloseTo(share(i -> i % 3 != 0, i -> prompt(i).group() == group), within(1e-12));
        }
        assertThat(table.value("teacher", 1.5, 4, "prompt:scenes:relation").orElseThrow())
                .isCloseTo(share(i -> i % 3 != 0, i -> prompt(i).relation() != null), within(1e-12));
        assertThat(table.value("teacher", 1.5, 4, "prompt:scenes:size").orElseThrow())
                .isCloseTo(share(i -> i % 3 != 0, i -> prompt(i).things().get(0).size() != null), within(1e-12));
        for (var value : List.of("all", "count", "colour", "shape", "size", "relation", "one", "two", "held-out")) {
            assertThat(table.value("teacher", 1.5, 8, "prompt:scenes:" + value).orElseThrow())
                    .isEqualTo(1);
            var real = table.row("test", null, null, "prompt:scenes:" + value).orElseThrow();
            assertThat(real.value()).isEqualTo(1);
            assertThat(real.protocol().reference().split()).isEqualTo("prompts");
        }
        var distance = table.row("teacher", 1.5, 8, "FD-means-8x8").orElseThrow();
        assertThat(distance.protocol().network().dimension()).isEqualTo(192);
        assertThat(distance.value())
                .isLessThan(table.value("teacher", 1.5, 4, "FD-means-8x8").orElseThrow());
    }

    private static void checkPrompts(List<PromptRow> rows) {
        var student = new SetName("student", 1.5, 4);
        var ofStudent = rows.stream().filter(row -> row.set().equals(student)).toList();
        assertThat(ofStudent).hasSize((int) different());
        for (var row : ofStudent) {
            var samples = IntStream.range(0, SAMPLES)
                    .filter(i -> caption(i).equals(row.prompt()))
                    .toArray();
            assertThat(row.samples()).isEqualTo(samples.length);
            double right = IntStream.of(samples).filter(i -> i % 5 != 0).count();
            assertThat(row.values().get("all")).isCloseTo(right / samples.length, within(1e-12));
            assertThat(row.values().containsKey("relation"))
                    .isEqualTo(ScenePrompt.parse(row.prompt()).relation() != null);
        }
        assertThat(rows.stream().filter(row -> row.set().equals(new SetName("test", null, null))))
                .isNotEmpty();
    }

    private static void checkPairs(List<PromptPair> pairs) {
        assertThat(pairs).hasSize(3);
        var pair = pairs.get(0);
        assertThat(pair.first()).isEqualTo(new SetName("student", 1.5, 4));
        assertThat(pair.second()).isEqualTo(new SetName("teacher", 1.5, 4));
        assertThat(pair.samples()).isEqualTo(SAMPLES);
        long first = IntStream.range(0, SAMPLES)
                .filter(i -> i % 5 != 0 && i % 3 == 0)
                .count();
        long second = IntStream.range(0, SAMPLES)
                .filter(i -> i % 5 == 0 && i % 3 != 0)
                .count();
        assertThat(pair.onlyFirst()).isEqualTo(first);
        assertThat(pair.onlySecond()).isEqualTo(second);
        assertThat(pair.difference()).isCloseTo((double) (first - second) / SAMPLES, within(1e-12));
        assertThat(pair.interval().low()).isLessThan(pair.difference());
        assertThat(pair.interval().high()).isGreaterThan(pair.difference());
    }

    private void checkReport(String name) throws IOException {
        var html = Files.readString(dir.resolve(name).resolve("report/report.html"));
        assertThat(html)
                .contains(
                        ">Prompts</h2>",
                        "real images, captions",
                        "held-out",
                        "Compared sample by sample",
                        "Worst and best prompts of the student, 4 steps");
    }

    /** Three samples of each prompt, in the order of generate: sample i has prompt i mod P. */
    private static List<SampleRecord> samples(IntPredicate right) {
        var shape = TestImages.scenes(TEST, 1).shape();
        byte[] empty = new byte[shape.size()];
        return IntStream.range(0, SAMPLES)
                .mapToObj(i -> new SampleRecord(
                        i,
                        -1,
                        caption(i),
                        right.test(i) ? TEST.scene(PROMPTS + i % PROMPTS).planes() : empty,
                        shape,
                        1_000_000,
                        1_000_000))
                .toList();
    }

    private static String caption(int sample) {
        return TEST.scene(PROMPTS + sample % PROMPTS).caption();
    }

    private static ScenePrompt prompt(int sample) {
        return ScenePrompt.parse(caption(sample));
    }

    private static long different() {
        return IntStream.range(0, SAMPLES)
                .mapToObj(PromptEvaluationTest::caption)
                .distinct()
                .count();
    }

    private static List<String> captions(int count) {
        return IntStream.range(0, count).mapToObj(i -> TEST.scene(i).caption()).toList();
    }

    private static double share(IntPredicate right, IntPredicate counted) {
        var all = IntStream.range(0, SAMPLES).filter(counted).toArray();
        return (double) IntStream.of(all).filter(right).count() / all.length;
    }
}
