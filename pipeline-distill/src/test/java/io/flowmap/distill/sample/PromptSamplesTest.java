package io.flowmap.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.distill.CaptionedData;
import io.flowmap.distill.DistillJob;
import io.flowmap.distill.DrawnData;
import io.flowmap.distill.PretrainJob;
import io.flowmap.distill.train.Sessions;
import io.flowmap.file.Store;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples of a small network conditioned on words, for prompts of files and of splits. */
class PromptSamplesTest {
    @TempDir
    static Path dir;

    @BeforeAll
    static void train() throws IOException {
        var context = context("run");
        CaptionedData.write(
                context,
                Map.of("train", IntStream.range(0, 12).boxed().toList(), "test", List.of(5, 4, 3, 2, 1, 0, 5)),
                Map.of());
        new PretrainJob().run(context);
        new DistillJob().run(context);
    }

    @Test
    void sampleNumberIHasPromptIModuloTheirNumber() throws IOException {
        var file = prompts("turn.txt", "red circle", "green square", "blue circle");
        var samples = draw("turn", "generate.prompts.from=" + file, "generate.samples=7");
        assertThat(samples)
                .extracting(SampleRecord::prompt)
                .containsExactly(
                        "red circle",
                        "green square",
                        "blue circle",
                        "red circle",
                        "green square",
                        "blue circle",
                        "red circle");
        assertThat(samples).extracting(SampleRecord::label).containsOnly(-1);
        assertThat(samples.get(0).image()).isNotEqualTo(samples.get(3).image());
        assertThat(facts("turn").path("prompts").asInt()).isEqualTo(3);
        var taken =
                draw("range", "generate.prompts.from=" + file, "generate.prompts.first=1", "generate.prompts.count=1");
        assertThat(taken).extracting(SampleRecord::prompt).containsOnly("green square");
        assertThat(taken.get(1).image()).isEqualTo(samples.get(1).image());
        assertThat(taken.get(3).image()).isNotEqualTo(samples.get(3).image());
    }

    /** The test split holds captions 5, 4, 3, 2, 1, 0, 5 in blocks of three. */
    @Test
    void captionsOfASplitGiveTheSamplesOfTheSameTextsInAFile() throws IOException {
        var split = draw(
                "split",
                "generate.prompts.from=\"split:test\"",
                "generate.prompts.first=2",
                "generate.prompts.count=4",
                "generate.samples=10");
        var texts = List.of(3, 2, 1, 0).stream().map(CaptionedData::caption).toArray(String[]::new);
        var file = draw("file", "generate.prompts.from=" + prompts("same.txt", texts), "generate.samples=10");
        assertThat(split).extracting(SampleRecord::prompt).startsWith(texts).endsWith(texts[0], texts[1]);
        same(split, file);
        var other = draw(
                "other",
                "generate.prompts.from=" + prompts("other.txt", "red", "red", "red", "red"),
                "generate.samples=10");
        assertThat(other.get(0).image()).isNotEqualTo(file.get(0).image());
    }

    @Test
    void wordsThatNoCaptionHadAreNamed() throws IOException {
        draw("strange", "generate.prompts.from=" + prompts("strange.txt", "purple circle", "a red purple HEXAGON"));
        assertThat(facts("strange").path("unknown-words"))
                .extracting(JsonNode::asText)
                .containsExactly("purple", "a", "hexagon");
        draw("known", "generate.prompts.from=" + prompts("known.txt", "red circle"));
        assertThat(facts("known").path("unknown-words")).isEmpty();
    }

    @Test
    void samplesDoNotDependOnTheBatch() throws IOException {
        var from = "generate.prompts.from=" + prompts("batch.txt", "red circle", "blue square", "green circle");
        var whole = draw("whole", from, "generate.batch=8", "generate.samples=8");
        same(draw("single", from, "generate.batch=1", "generate.samples=8"), whole);
        same(draw("part", from, "generate.batch=3", "generate.samples=8"), whole);
    }

    @Test
    void moreSamplesAreMoreSeedsOfTheSamePrompts() throws IOException {
        var from = "generate.prompts.from=" + prompts("seeds.txt", "red circle", "blue square");
        draw("few", from, "generate.samples=2");
        var more = draw("more", from, "generate.samples=6", "generate.top-up=" + dir.resolve("few/samples"));
        same(more, draw("all", from, "generate.samples=6"));
        assertThat(facts("more").path("taken-over").asInt()).isEqualTo(2);
        var changed = prompts("seeds.txt", "red circle", "green square");
        assertThatThrownBy(() -> draw("more", "generate.prompts.from=" + changed, "generate.samples=6"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("input generate.prompts.from")
                .hasMessageContaining("has other content than in the earlier run");
    }

    @Test
    void samplesHaveTheSizeOfTheNetworkOrOfTheNamedBucket() throws IOException {
        var wide = new LatentShape(3, 8, 12);
        CaptionedData.write(
                context("buckets"),
                Map.of(
                        "train/12x8",
                        List.of(0, 1, 2),
                        "train/8x8",
                        List.of(1, 2),
                        "test/12x8",
                        List.of(4),
                        "test/8x8",
                        List.of(3)),
                Map.of("train/12x8", wide, "test/12x8", wide));
        var data = "run.stages.data=" + dir.resolve("buckets/data");
        var samples = draw("of-network", data, "generate.prompts.from=\"split:test\"");
        assertThat(samples)
                .extracting(SampleRecord::prompt)
                .containsExactly(
                        CaptionedData.caption(4),
                        CaptionedData.caption(3),
                        CaptionedData.caption(4),
                        CaptionedData.caption(3));
        assertThat(samples).extracting(SampleRecord::shape).containsOnly(CaptionedData.SHAPE);
        assertThat(facts("of-network").path("split").asText()).isEqualTo("train/8x8");
        var named = draw("named", data, "generate.split=train/12x8", "generate.prompts.from=\"split:test\"");
        assertThat(named).extracting(SampleRecord::shape).containsOnly(wide);
        assertThatThrownBy(() -> draw("unknown", data, "generate.split=train/9x9"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected one of")
                .hasMessageContaining("train/12x8");
    }

    @Test
    void whatCannotBeDrawnIsTheUsersMistake() throws IOException {
        var from = "generate.prompts.from=" + prompts("one.txt", "red circle");
        var range = "expected generate.prompts.first and count within 1 prompts, got 1 and 1";
        mistake(range, from, "generate.prompts.first=1", "generate.prompts.count=1");
        mistake("none.txt: no such file", "generate.prompts.from=" + dir.resolve("none.txt"));
        mistake("expected one of [test, train], got valid", "generate.prompts.from=\"split:valid\"");
        CaptionedData.write(context("silent"), Map.of("train", List.of(-1, -1)), Map.of());
        mistake(
                "split train: it has none",
                "generate.prompts.from=\"split:train\"",
                "run.stages.data=" + dir.resolve("silent/data"));
    }

    @Test
    void aModelOfClassesIsNotDrawnForPrompts() throws IOException {
        DrawnData.write(context("labels"), CaptionedData.SHAPE, 3, 12);
        new PretrainJob().run(context("labels"));
        assertThatThrownBy(() -> draw(
                        "unread",
                        "run.stages.data=" + dir.resolve("labels/data"),
                        "run.stages.teacher=" + dir.resolve("labels/teacher"),
                        "generate.models=[teacher]",
                        "generate.prompts.from=\"split:train\""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected one that is conditioned on texts")
                .hasMessageContaining("set generate.prompts.from=null");
    }

    private void mistake(String message, String... settings) {
        assertThatThrownBy(() -> draw("mistake", settings))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    private static void same(List<SampleRecord> samples, List<SampleRecord> others) {
        assertThat(samples).hasSameSizeAs(others);
        for (int i = 0; i < samples.size(); i++) {
            assertThat(samples.get(i).prompt()).isEqualTo(others.get(i).prompt());
            assertThat(samples.get(i).image())
                    .as("sample " + i)
                    .isEqualTo(others.get(i).image());
        }
    }

    private static Path prompts(String name, String... texts) throws IOException {
        return Files.writeString(dir.resolve(name), String.join("\n", texts));
    }

    /** The student's samples of two steps in their order. */
    private static List<SampleRecord> draw(String name, String... settings) {
        var all = new ArrayList<String>();
        List.of("data", "teacher", "flowmap")
                .forEach(stage -> all.add("run.stages." + stage + "=" + dir.resolve("run/" + stage)));
        all.addAll(List.of(settings));
        var context = context(name, all.toArray(String[]::new));
        new GenerateJob().run(context);
        var path = context.stage("samples") + "/model=student/guidance=2.0/steps=2";
        return context
                .spark()
                .read()
                .schema(SampleSchema.type())
                .parquet(path)
                .orderBy("index")
                .collectAsList()
                .stream()
                .map(SampleSchema::record)
                .toList();
    }

    private static JsonNode facts(String name) {
        var context = context(name);
        return Manifest.read(Store.of(context.hadoop(), context.stage("samples")), context.stage("samples"))
                .facts();
    }

    private static JobContext context(String name, String... more) {
        var settings = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve(name),
                "network.edm2.model-channels=8",
                "network.edm2.channel-mult=[1, 1]",
                "training.workers=1",
                "training.batch-per-worker=4",
                "training.snapshot-every=0",
                "training.learning-rate.peak=2e-2",
                "training.learning-rate.decay=constant",
                "pretrain.main.training.steps=60",
                "pretrain.weak.training.steps=1",
                "distill.training.steps=2",
                "distill.teacher-average=parameters",
                "distill.objective.warmup-steps=0",
                "generate.models=[student]",
                "generate.teacher-average=parameters",
                "generate.student-average=parameters",
                "generate.steps=[2]",
                "generate.samples=4",
                "generate.batch=4"));
        settings.addAll(List.of(more));
        return Sessions.context(Sessions.open("local[2]"), settings.toArray(String[]::new));
    }
}
