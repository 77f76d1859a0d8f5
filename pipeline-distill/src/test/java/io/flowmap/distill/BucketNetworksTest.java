package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.objective.FlowMatching;
import io.flowmap.distill.train.Sessions;
import io.flowmap.distill.train.executor.BatchReader;
import io.flowmap.distill.train.executor.BlockCache;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.InitialParameters;
import io.flowmap.stage.JobContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

/** Networks that are trained on latents of several sizes. */
class BucketNetworksTest {
    private static final Map<String, Integer> BUCKETS = Map.of("train/4x4", 9, "train/8x4", 7, "train/4x8", 5);

    @TempDir
    static Path dir;

    @BeforeAll
    static void write() throws Exception {
        DrawnBucketData.write(context("all", "flux"), 2, BUCKETS);
        DrawnBucketData.write(context("alone", "flux"), 2, Map.of("train/8x4", 7));
    }

    /** Settings of a run with the data of the folder {@code data} and everything else in a folder of its own. */
    private static JobContext context(String data, String architecture, String... more) {
        var settings = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve(data),
                "network.architecture=" + architecture,
                "network.flux.hidden-size=16",
                "network.flux.axes-dim=[2, 2, 4]",
                "network.flux.depth=1",
                "network.flux.depth-single-blocks=1",
                "network.edm2.model-channels=8",
                "network.edm2.channel-mult=[1, 2]",
                "network.edm2.attn-resolutions=[2]",
                "network.edm2.channels-per-head=8",
                "training.batch-per-worker=2",
                "training.ema-stds=[0.1]",
                "training.snapshot-every=0",
                "training.learning-rate.peak=1e-2",
                "training.learning-rate.decay=constant",
                "pretrain.main.training.steps=5",
                "pretrain.weak.training.steps=1",
                "distill.training.steps=5",
                "distill.objective.warmup-steps=1"));
        settings.addAll(List.of(more));
        return Sessions.context(Sessions.open("local[2]"), settings.toArray(String[]::new));
    }

    private static String[] in(String run, String data, String... more) {
        var settings = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve(run),
                "run.stages.data=" + dir.resolve(data).resolve("data")));
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    private static String hash(JobContext context, String stage) {
        return CheckpointStore.open(context.hadoop(), context.stage(stage))
                .loadFinal()
                .hash();
    }

    private static List<Row> rows(JobContext context, String stage) {
        return context.spark()
                .read()
                .parquet(context.stage(stage) + "/training")
                .orderBy("round")
                .collectAsList();
    }

    /** The bits do not depend on how many programs are kept. */
    @ParameterizedTest
    @ValueSource(strings = {"flux", "edm2"})
    void teacherAndStudentAreTrainedOnEverySize(String architecture) {
        var adapters = architecture.equals("flux") ? "distill.lora.rank=2" : "distill.lora.rank=0";
        var context = context("all", architecture, in(architecture, "all", adapters));
        new PretrainJob().run(context);
        new DistillJob().run(context);
        for (var stage : List.of("teacher/main", "flowmap")) {
            var splits = rows(context, stage).stream()
                    .flatMap(row -> row.<String>getList(row.fieldIndex("buckets")).stream())
                    .toList();
            assertThat(splits).hasSize(10).containsOnly("train/4x4", "train/8x4", "train/4x8");
        }
        assertThat(StoredModel.of(context, "flowmap", ".", "parameters").spec().shape())
                .isEqualTo(new LatentShape(2, 4, 4));
        var one = context("all", architecture, in(architecture + "-one", "all", adapters, "training.programs.most=1"));
        new PretrainJob().run(one);
        for (var stage : List.of("teacher/main", "teacher/weak")) {
            assertThat(hash(one, stage)).isEqualTo(hash(context, stage));
        }
    }

    /** A network of 4 rows and 4 columns on 4 rows and 8 columns, after a step on its own size, and a network made for the other. */
    @ParameterizedTest
    @ValueSource(strings = {"flux", "edm2"})
    void everySizeHasItsOwnGradient(String architecture) throws Exception {
        var context = context("all", architecture);
        var other = new LatentShape(2, 4, 8);
        var splits = TrainingSplits.of(context, List.of("train/4x4", "train/8x4"));
        var config = context.settings().section("training", TrainingConfig.class);
        var section = context.settings().section("network", NetworkSection.class);
        var both = section.velocity("network", splits);
        var alone = section.velocity("network", TrainingSplits.of(context, List.of("train/8x4")));
        assertThat(alone.shape()).isEqualTo(other);
        assertThat(both.shape()).isNotEqualTo(other);
        var parameters = Nd4j.createFromArray(InitialParameters.draw(both.parameters(), 5));
        var gradients = new ArrayList<float[]>();
        for (var spec : List.of(both, alone)) {
            var gradient = Nd4j.zerosLike(parameters);
            try (var objective = new StudentFactory(spec, new FlowMatching(new TimePairs(0, 1)), null, null, 0, 7)
                    .create(context.hadoop(), config)) {
                if (spec == both) {
                    objective.gradient(parameters, gradient, batch(context, "train/4x4"), 0);
                }
                objective.gradient(parameters, gradient, batch(context, "train/8x4"), 1);
            }
            gradients.add(gradient.data().asFloat());
        }
        assertThat(gradients.get(0)).isEqualTo(gradients.get(1)).isNotEqualTo(new float[gradients.get(0).length]);
    }

    private static Batch batch(JobContext context, String split) {
        var data = BlockSource.latents(TrainingSplits.of(context, List.of(split)));
        return new BatchReader(new BlockCache(data.open(context.hadoop()), 1 << 20), data, 1, 2).read(0);
    }

    /** One bucket of several gives the bits of an output that has no other. */
    @Test
    void aChosenSplitIsTrainedAsIfItWereAlone() {
        var chosen = context("all", "flux", in("chosen", "all", "training.splits=[\"train/8x4\"]"));
        var alone = context("alone", "flux", in("lonely", "alone"));
        new PretrainJob().run(chosen);
        new PretrainJob().run(alone);
        assertThat(hash(chosen, "teacher/main")).isEqualTo(hash(alone, "teacher/main"));
        assertThat(rows(alone, "teacher/main").get(0).schema().fieldNames()).doesNotContain("buckets", "records");
    }

    @Test
    void theOrderOfThePatternsSaysWhichSizeNamesTheNetwork() {
        var context = context(
                "all",
                "edm2",
                in("named", "all", "training.splits=[\"*/4x8\", \"train/*\"]", "network.edm2.attn-resolutions=[4]"));
        new PretrainJob().run(context);
        var spec = StoredModel.of(context, "teacher", "main", "parameters").spec();
        assertThat(spec.shape()).isEqualTo(new LatentShape(2, 8, 4));
        assertThat(spec.parameters().list()).anyMatch(p -> p.name().startsWith("enc.8x8_"));
    }

    @Test
    void whatDoesNotFitIsRefusedByName() throws Exception {
        var odd = context("odd", "edm2");
        DrawnBucketData.write(odd, 2, Map.of("train/4x4", 9, "train/6x3", 4));
        assertThatThrownBy(() -> new PretrainJob().run(odd))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot train on split train/6x3")
                .hasMessageContaining("sides are divisible by 2");
        var none = context("all", "edm2", in("none", "all", "training.splits=[train]"));
        assertThatThrownBy(() -> new PretrainJob().run(none))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("training.splits = [train]")
                .hasMessageContaining("[train/4x4, train/4x8, train/8x4]");
        var teacher = context("all", "edm2", in("taught", "all"));
        new PretrainJob().run(teacher);
        var without =
                context("all", "edm2", in("taught", "all", "distill.training.splits=[\"train/8x4\", \"train/4x8\"]"));
        assertThatThrownBy(() -> new DistillJob().run(without))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot use network");
    }
}
