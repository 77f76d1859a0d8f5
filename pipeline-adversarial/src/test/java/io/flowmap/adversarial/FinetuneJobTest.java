package io.flowmap.adversarial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.distill.DistillJob;
import io.flowmap.distill.sample.GenerateJob;
import io.flowmap.stage.StageNames;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job on a tiny run: what it continues, writes, watches and refuses. */
class FinetuneJobTest {
    private static final String MASTER = "local[2]";

    @TempDir
    static Path folder;

    private static TinyRun base;

    @BeforeAll
    static void distil() {
        base = new TinyRun(folder.resolve("base")).distilled(MASTER);
    }

    @AfterAll
    static void close() {
        TinyRun.session(MASTER).stop();
    }

    /**
     * Four steps of distillation and four of finetuning with coefficient 0 equal eight steps of distillation, including vectors and
     * averages.
     */
    @Test
    void coefficientZeroContinuesDistillationBitForBit() {
        var whole = new TinyRun(folder.resolve("whole"), TinyRun.shared(base.dir(), "distill.training.steps=8"));
        var context = whole.context(MASTER);
        new DistillJob().run(context);
        var halves = finetuned("zero", "finetune.coefficient=0");
        var expected = whole.last(context, "flowmap");
        var actual = halves.last(halves.context(MASTER), StageNames.FINETUNED);
        assertThat(actual.step()).isEqualTo(expected.step());
        assertThat(actual.vectors().keySet()).isEqualTo(expected.vectors().keySet());
        expected.vectors()
                .forEach((role, vector) ->
                        assertThat(actual.vector(role)).as(role).isEqualTo(vector));
        assertThat(actual.hash()).isEqualTo(expected.hash());
    }

    @Test
    void bothNetworksAreTrainedMeasuredAndSampled() {
        var run = finetuned("both", "finetune.penalty.every=2", "finetune.fakes.random-share=0.3");
        var context = run.context(MASTER);
        var before = base.last(base.context(MASTER), "flowmap");
        var after = run.last(context, StageNames.FINETUNED);
        int student = before.vector("parameters").length;
        assertThat(Arrays.copyOf(after.vector("parameters"), student)).isNotEqualTo(before.vector("parameters"));
        assertThat(after.layout()
                        .entries()
                        .get(before.layout().entries().size())
                        .name())
                .startsWith(AdversarialFactory.PREFIX);
        var moment = after.vector("adam-v");
        assertThat(Arrays.copyOfRange(moment, student, moment.length)).isNotEqualTo(new float[moment.length - student]);
        for (Row row : run.rows(context, StageNames.FINETUNED)) {
            assertThat(row.<Double>getAs("discriminator_loss")).isPositive();
            assertThat(row.<Double>getAs("generator_loss")).isPositive();
            assertThat(row.<Double>getAs("adaptive_weight")).isPositive();
            assertThat(row.<Double>getAs("penalty_real")).isPositive();
        }
        new GenerateJob()
                .run(context.with(java.util.List.of(
                        "generate.models=[student]",
                        "generate.student-stage=finetuned",
                        "generate.student-average=ema-0.1",
                        "generate.samples=4",
                        "generate.batch=4",
                        "generate.steps=[1]")));
        assertThat(context.finished("samples")).isTrue();
    }

    @Test
    void theSameBitsComeOnOneTaskAtATimeAndAfterARestart() {
        var two = finetuned("two");
        var one = new TinyRun(folder.resolve("one"), shared());
        new FinetuneJob().run(one.context("local[1]"));
        assertThat(hash(one, "local[1]")).isEqualTo(hash(two, "local[1]"));
    }

    @Test
    void fallingRecallEndsTheRunWithTheLastGoodState() {
        var run = new TinyRun(
                        folder.resolve("fallen"),
                        "pretrain.main.training.steps=100",
                        "distill.training.steps=60",
                        "training.learning-rate.peak=2e-2",
                        "finetune.watch.samples=30",
                        "finetune.watch.neighbours=10",
                        "finetune.watch.guidance=1",
                        "finetune.watch.max-recall-drop=0.1",
                        "finetune.coefficient=10",
                        "finetune.training.learning-rate.peak=1",
                        "finetune.training.steps=8")
                .distilled(MASTER);
        var context = run.context(MASTER);
        new FinetuneJob().run(context);
        var manifest = run.manifest(context, StageNames.FINETUNED);
        assertThat(manifest.facts().path("ended-early").asText()).contains("recall at step");
        assertThat(manifest.facts().path("steps").asLong()).isBetween(60L, 67L);
        assertThat(run.last(context, StageNames.FINETUNED).step())
                .isEqualTo(manifest.facts().path("steps").asLong());
    }

    @Test
    void aDiscriminatorThatHasWonIsReportedWithAdvice() {
        assertThatThrownBy(() -> finetuned("won", "finetune.watch.lost-loss=100", "finetune.watch.lost-rounds=2"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the discriminator has won")
                .hasMessageContaining("raise finetune.penalty.gamma");
    }

    @Test
    void numbersThatAreNotFiniteAreReportedWithAdvice() {
        assertThatThrownBy(() ->
                        finetuned("nan", "finetune.discriminator.learning-rate.peak=1e30", "finetune.training.steps=8"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot go on training at step")
                .hasMessageContaining("finetune.discriminator.learning-rate.peak");
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> finetuned("groups", "finetune.discriminator.group-size=3"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected training.batch-per-worker divisible by discriminator.group-size = 3");
        assertThatThrownBy(() -> finetuned("averages", "finetune.training.ema-stds=[0.05]"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("ema-0.05");
    }

    private static String[] shared(String... more) {
        var settings = TinyRun.shared(base.dir(), more);
        settings = Arrays.copyOf(settings, settings.length + 1);
        settings[settings.length - 1] = "run.stages.flowmap=" + base.dir().resolve("flowmap");
        return settings;
    }

    private static TinyRun finetuned(String name, String... settings) {
        var run = new TinyRun(folder.resolve(name), shared(settings));
        new FinetuneJob().run(run.context(MASTER));
        return run;
    }

    private static String hash(TinyRun run, String master) {
        return run.last(run.context(master), StageNames.FINETUNED).hash();
    }
}
