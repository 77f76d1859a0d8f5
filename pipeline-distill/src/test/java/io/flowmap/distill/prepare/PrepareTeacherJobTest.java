package io.flowmap.distill.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.DistillJob;
import io.flowmap.distill.DrawnData;
import io.flowmap.distill.train.Sessions;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.ForcedNormalisation;
import io.flowmap.nn.InitialParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.edm2.UNetConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.StageOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareTeacherJobTest {
    private static final LatentShape SHAPE = new LatentShape(1, 8, 8);
    private static final int CLASSES = 3;
    private static final List<String> SMALL = List.of(
            "training.batch-per-worker=16",
            "training.average=parameters",
            "training.local-steps=20",
            "prepare.alignment.training.batch-per-worker=256",
            "prepare.alignment.training.steps=400",
            "prepare.finetune.training.steps=0",
            "prepare.measure.samples=40",
            "prepare.measure.batch=16");

    @TempDir
    Path dir;

    @Test
    void alignmentKeepsTheVelocityOfTheImportedNetwork() throws IOException {
        var context = context();
        DrawnData.write(context, SHAPE, CLASSES, 24);
        teacher(context, NoiseLabel.LOG_SIGMA);
        new PrepareTeacherJob().run(context);
        for (String network : List.of("main", "weak")) {
            assertThat(overall(context, network, "imported")).isLessThan(2e-5);
            double aligned = overall(context, network, "aligned");
            assertThat(aligned).isLessThan(0.2);
            assertThat(facts(context)
                            .path("embedding-errors")
                            .path(network)
                            .path("after")
                            .asDouble())
                    .isLessThan(0.1);
        }
        assertThat(errors(context)).hasSize(2 * 2 * 11);
        assertThat(facts(context).path("velocity-errors")).hasSize(2 * 2 * 11);
    }

    @Test
    void finetuningLowersTheFlowMatchingLoss() throws IOException {
        var context = context(
                "prepare.finetune.training.steps=160",
                "prepare.measure.samples=120",
                "prepare.finetune.training.learning-rate.peak=1e-2");
        DrawnData.write(context, SHAPE, CLASSES, 120);
        teacher(context, NoiseLabel.LOG_SIGMA);
        new PrepareTeacherJob().run(context);
        assertThat(loss(context, "finetuned", "parameters")).isLessThan(0.9 * loss(context, "aligned", "parameters"));
        assertThat(loss(context, "finetuned", "ema-0.1")).isLessThan(0.95 * loss(context, "aligned", "parameters"));
    }

    @Test
    void withoutFinetuningTheTeacherIsTheAlignedNetworkInEveryRole() throws IOException {
        var context = prepared();
        var parameters = model(context, "parameters").vector(context.hadoop());
        assertThat(Arrays.equals(model(context, "ema-0.1").vector(context.hadoop()), parameters))
                .isTrue();
        assertThat(model(context, "parameters").spec().noiseLabel()).isEqualTo(NoiseLabel.TIME);
        var aligned = StoredModel.directory(context.stage("teacher-prepared"), "main/aligned");
        float[] stored = StoredModel.of(
                        context.hadoop(), model(context, "parameters").spec(), aligned, "parameters")
                .vector(context.hadoop());
        ForcedNormalisation.apply(model(context, "parameters").spec().parameters(), stored);
        assertThat(Arrays.equals(parameters, stored)).isTrue();
    }

    @Test
    void aSecondRunSkipsAndAnotherPreparationIsRefused() throws IOException {
        var context = prepared();
        Manifest first = manifest(context);
        new PrepareTeacherJob().run(context);
        assertThat(manifest(context)).isEqualTo(first);
        refuses(context("prepare.alignment.frequency-scale=2"), "frequency-scale");
        refuses(context("prepare.alignment.frequency-scale=0"), "expected frequency-scale > 0");
        refuses(context("prepare.finetune.label-dropout=2"), "label-dropout in [0, 1]");
        refuses(context("prepare.measure.samples=9"), "samples >= 10");
        refuses(context("prepare.alignment.training.ema-stds=[0.1]"), "ema-stds");
    }

    @Test
    void aPreparedTeacherIsDistilledAndAnImportedOneIsNot() throws IOException {
        var context = prepared();
        String[] keys = {"distill.training.steps=4", "distill.objective.warmup-steps=1"};
        assertThatThrownBy(() -> new DistillJob().run(context(keys[0], keys[1], "distill.teacher-average=parameters")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected a network with c_noise = t")
                .hasMessageContaining("flowmap prepare-teacher");
        var next = context(keys[0], keys[1], "distill.teacher.stage=teacher-prepared");
        new DistillJob().run(next);
        assertThat(StoredModel.of(next, "flowmap", ".", "ema-0.1").spec().noiseLabel())
                .isEqualTo(NoiseLabel.TIME);
    }

    @Test
    void aPreparedTeacherIsRefused() throws IOException {
        var context = context();
        DrawnData.write(context, SHAPE, CLASSES, 24);
        teacher(context, NoiseLabel.TIME);
        refuses(context, "expected a network with c_noise = ln(sigma)/4");
        assertThat(dir.resolve("run/teacher-prepared")).doesNotExist();
    }

    @Test
    void dataOfOtherLatentsIsRefused() throws IOException {
        var context = context();
        DrawnData.write(context, new LatentShape(2, 8, 8), CLASSES, 24);
        teacher(context, NoiseLabel.LOG_SIGMA);
        refuses(context, "expected data of " + SHAPE);
        assertThat(dir.resolve("run/teacher-prepared")).doesNotExist();
    }

    private JobContext prepared() throws IOException {
        var context = context("prepare.alignment.training.steps=3");
        DrawnData.write(context, SHAPE, CLASSES, 24);
        teacher(context, NoiseLabel.LOG_SIGMA);
        new PrepareTeacherJob().run(context);
        return context;
    }

    private static void refuses(JobContext context, String complaint) {
        assertThatThrownBy(() -> new PrepareTeacherJob().run(context))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(complaint);
    }

    private StoredModel model(JobContext context, String role) {
        return StoredModel.of(context, "teacher-prepared", "main", role);
    }

    private static double overall(JobContext context, String network, String phase) {
        return errors(context).stream()
                .filter(row -> row.getAs("network").equals(network)
                        && row.getAs("phase").equals(phase))
                .filter(row -> row.<Double>getAs("to") - row.<Double>getAs("from") > 0.9)
                .mapToDouble(row -> row.<Double>getAs("relative_error"))
                .findFirst()
                .orElseThrow();
    }

    private static double loss(JobContext context, String phase, String role) {
        return errors(context).stream()
                .filter(row -> row.getAs("network").equals("main"))
                .filter(row ->
                        row.getAs("phase").equals(phase) && row.getAs("role").equals(role))
                .filter(row -> row.<Double>getAs("to") - row.<Double>getAs("from") > 0.9)
                .mapToDouble(row -> row.<Double>getAs("loss"))
                .findFirst()
                .orElseThrow();
    }

    private static List<Row> errors(JobContext context) {
        return context.spark()
                .read()
                .parquet(context.stage("teacher-prepared") + "/velocity")
                .collectAsList();
    }

    private static JsonNode facts(JobContext context) throws IOException {
        return manifest(context).facts();
    }

    private static Manifest manifest(JobContext context) throws IOException {
        var stage = context.stage("teacher-prepared");
        return Manifest.read(stage.getFileSystem(context.hadoop()), stage);
    }

    /** Networks with random weights and gains of 1, since zero gains would hide the embedding. */
    private static void teacher(JobContext context, NoiseLabel label) {
        var output = StageOutput.open(context, "teacher", List.of(), List.of());
        var models = new TreeMap<String, NetworkSpec>();
        for (String name : List.of("main", "weak")) {
            var unet = UNetConfig.of(name.equals("main") ? 16 : 8, List.of(1), 1, List.of(), 64);
            var spec = new NetworkSpec(unet, false, label, 0.5, SHAPE, ConditionShape.classes(CLASSES));
            CheckpointStore.open(context.hadoop(), StoredModel.directory(output.dir(), name))
                    .save(
                            0,
                            Map.of("parameters", drawn(spec.parameters())),
                            spec.parameters().layout(),
                            Json.mapper().createObjectNode());
            models.put(name, spec);
        }
        output.finish(Map.of(StoredModel.FACT, models));
    }

    private static float[] drawn(FlatParameters parameters) {
        float[] flat = InitialParameters.draw(parameters, 8);
        ForcedNormalisation.apply(parameters, flat);
        parameters.forEach((place, p, offset) -> {
            if (p.kind() == Parameter.Kind.GAIN) {
                flat[(int) offset] = 1;
            }
        });
        return flat;
    }

    private JobContext context(String... keys) {
        var all = new ArrayList<>(SMALL);
        all.addAll(List.of(keys));
        all.add("run.dir=" + dir.resolve("run"));
        return Sessions.context(Sessions.open("local[2]"), all.toArray(String[]::new));
    }
}
