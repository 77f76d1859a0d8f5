package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.flux.LoraFile;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.WeightFolder;
import io.flowmap.config.UserError;
import io.flowmap.data.Conditions;
import io.flowmap.distill.lora.LoraJob;
import io.flowmap.distill.train.Sessions;
import io.flowmap.file.Store;
import io.flowmap.flow.Sampling;
import io.flowmap.flow.TimeGrid;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.FrozenField;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.Lora;
import io.flowmap.stage.JobContext;
import io.flowmap.tensor.CounterRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A LoRA that was trained here, in the files of other tools and back. */
class LoraExportTest {
    @TempDir
    static Path dir;

    @BeforeAll
    static void run() throws Exception {
        DrawnBucketData.write(context(), 2, Map.of("train/6x4", 12, "train/4x4", 8));
        new PretrainJob().run(context());
        new DistillJob().run(context());
    }

    private static JobContext context(String... more) {
        var settings = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve("run"),
                "network.architecture=flux",
                "network.flux.hidden-size=16",
                "network.flux.axes-dim=[2, 2, 4]",
                "network.flux.depth=1",
                "network.flux.depth-single-blocks=1",
                "training.workers=1",
                "training.batch-per-worker=4",
                "training.ema-stds=[0.1]",
                "training.snapshot-every=0",
                "training.learning-rate.peak=1e-2",
                "training.learning-rate.decay=constant",
                "pretrain.main.training.steps=4",
                "pretrain.weak.training.steps=1",
                "distill.training.steps=4",
                "distill.objective.warmup-steps=1",
                "distill.lora.rank=2",
                "distill.lora.modules=[\"*_blocks.*\", \"*_in*\", \"final_layer.*\"]"));
        settings.addAll(List.of(more));
        return Sessions.context(Sessions.open("local[2]"), settings.toArray(String[]::new));
    }

    private static float[] drawn(int length, long stream) {
        var values = new float[length];
        new CounterRandom(31).gaussians(values, 0, length, stream);
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"diffusers", "peft", "kohya", "merged_bfl", "merged_diffusers"})
    void theLoraMergedIntoItsBaseGivesTheSamePictures(String layout) {
        var context = export(layout, "lora.from=flowmap");
        var student = StoredModel.of(context, "flowmap", ".", "parameters");
        var arrays = merged(context, student, layout);
        var late = open(context, new org.apache.hadoop.fs.Path(context.stage("lora"), "flow-map-inputs.safetensors"));
        late.arrays().keySet().forEach(name -> arrays.put(name, late.read(name)));
        var plain = student.spec().with(Lora.NONE);
        var weights = new TreeMap<String, INDArray>();
        plain.parameters()
                .list()
                .forEach(p -> weights.put(
                        p.name(), Nd4j.create(arrays.remove(p.name()).floats(), p.shape(), 'c')));
        assertThat(arrays).isEmpty();
        var expected = pictures(student.frozen("student", context.hadoop()), student.spec());
        var actual = pictures(new FrozenField("merged", plain.field(), weights), plain);
        assertThat(relative(actual, expected)).isLessThan(1e-5);
        var teacher = StoredModel.of(context, "teacher", "main", "ema-0.1");
        var untrained = pictures(teacher.frozen("teacher", context.hadoop()), teacher.spec());
        assertThat(relative(untrained, expected)).isGreaterThan(1e-3);
    }

    /** The command {@code lora} in a folder of its own, on the run's flow map. */
    private static JobContext export(String layout, String... more) {
        var settings = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve("lora-" + layout),
                "run.stages.teacher=" + dir.resolve("run/teacher"),
                "run.stages.flowmap=" + dir.resolve("run/flowmap"),
                "lora.average=parameters",
                "lora.write=" + layout,
                "lora.shard-gb=1e-5"));
        settings.addAll(List.of(more));
        var context = context(settings.toArray(String[]::new));
        new LoraJob().run(context);
        return context;
    }

    /** The weights under BFL's names, with the LoRA merged by the command or, from its file, here. */
    private static Map<String, TensorData> merged(JobContext context, StoredModel student, String layout) {
        var out = context.stage("lora");
        var base = FluxWeights.of(open(
                context,
                new org.apache.hadoop.fs.Path(student.frozen(context.hadoop()).path())));
        var weights =
                switch (layout) {
                    case "merged_bfl", "merged_diffusers" -> {
                        var name = layout.equals("merged_bfl") ? "flux.safetensors" : "transformer";
                        var place = new org.apache.hadoop.fs.Path(out, name);
                        yield FluxWeights.of(open(context, WeightFolder.transformer(context.hadoop(), place)));
                    }
                    default -> {
                        var name = Map.of("diffusers", "pytorch_lora_weights.safetensors", "kohya", "lora.safetensors")
                                .getOrDefault(layout, layout);
                        var place = new org.apache.hadoop.fs.Path(out, name);
                        yield base.merged(LoraFile.read(Store.of(context.hadoop(), place), place, base.sizes()), 1);
                    }
                };
        var arrays = new TreeMap<String, TensorData>();
        weights.bfl()
                .arrays()
                .keySet()
                .forEach(name -> arrays.put(name, weights.bfl().read(name)));
        return arrays;
    }

    private static ForeignCheckpoint open(JobContext context, org.apache.hadoop.fs.Path file) {
        return ForeignCheckpoint.open(Store.of(context.hadoop(), file), file);
    }

    /** Two samples in four steps. */
    private static float[] pictures(FrozenField model, NetworkSpec spec) {
        var conditions = new Conditions(new int[] {-1, -1}, Map.of("pooled", drawn(8, 1), "text", drawn(30, 2)));
        try (var field = model;
                var program = new FieldProgram(field, spec.condition(), 2, spec.sample())) {
            program.condition(conditions, 1);
            INDArray noise =
                    Nd4j.create(drawn(2 * spec.shape().size(), 3), spec.shape().batch(2), 'c');
            return Sampling.flowMap(program, noise, TimeGrid.uniform(4), 0, step -> noise)
                    .dup('c')
                    .data()
                    .asFloat();
        }
    }

    /** Largest difference, relative to the largest expected value. */
    private static double relative(float[] actual, float[] expected) {
        double most = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
        }
        return difference / most;
    }

    @Test
    void aStageWithoutAdaptersAndAFileWithoutItsBaseAreRefused() {
        assertThatThrownBy(() -> export("kohya", "lora.from=" + dir.resolve("run/flowmap/frozen.safetensors")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("lora.base");
        assertThatThrownBy(() -> export("kohya", "lora.from=teacher"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected a network ., got [main, weak]");
    }
}
