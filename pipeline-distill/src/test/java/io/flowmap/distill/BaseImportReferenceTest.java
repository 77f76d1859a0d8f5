package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.WeightFolder;
import io.flowmap.config.UserError;
import io.flowmap.data.Conditions;
import io.flowmap.distill.train.Sessions;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.FrozenField;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.flux.FluxCase;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** FLUX's weights imported as a teacher, from every layout, compared with the original code's outputs (folder flux). */
@Tag("reference")
class BaseImportReferenceTest {
    private static final double F32 = 2e-5;

    @TempDir
    Path dir;

    @Test
    void everyLayoutGivesTheSameTeacherAndItsOutputsMatch() throws IOException {
        for (Path set : FluxCase.folders()) {
            FluxCase network = FluxCase.read(set);
            List<StoredModel> models = List.of(
                    imported(network, "bfl", "copy"),
                    imported(network, "bfl", "keep"),
                    imported(network, "diffusers", "copy"));
            for (StoredModel model : models) {
                assertThat(model.spec().config()).isEqualTo(network.config());
                assertThat(model.spec().shape().dimensions()).containsExactly(network.sample());
                assertThat(model.spec().condition()).isEqualTo(network.condition());
                try (FrozenField field = model.frozen("teacher", hadoop())) {
                    requireSameWeights(field, set);
                    requireOutputs(field, network);
                }
            }
            assertThat(models.get(2).frozen(hadoop()).sha256())
                    .isEqualTo(models.get(0).frozen(hadoop()).sha256());
            Reference.checked(set, models.size());
        }
    }

    private void requireSameWeights(FrozenField field, Path set) {
        var file = WeightFolder.file(
                hadoop(),
                "weights",
                new org.apache.hadoop.fs.Path(set.resolve("bfl").toUri()));
        var weights =
                FluxWeights.of(ForeignCheckpoint.open(fileSystem(file), file)).bfl();
        assertThat(field.arrays().keySet())
                .isEqualTo(weights.arrays().keySet().stream().collect(Collectors.toSet()));
        field.arrays().forEach((name, array) -> assertThat(
                        Arrays.equals(array.data().asFloat(), weights.read(name).floats()))
                .as(name)
                .isTrue());
    }

    /** Each sample has a guidance weight of its own. */
    private static void requireOutputs(FrozenField field, FluxCase network) {
        Map<String, Npy> inputs = Reference.arrays(network.folder(), "inputs");
        double[] expected = Reference.arrays(network.folder(), "outputs")
                .get("out_unpacked_f64")
                .values();
        int batch = (int) inputs.get("timesteps").shape()[0];
        int size = expected.length / batch;
        try (var program = new FieldProgram(field, network.condition(), 1, network.sample())) {
            for (int i = 0; i < batch; i++) {
                var conditions = new Conditions(
                        new int[] {-1},
                        Map.of("text", sample(inputs.get("txt"), i), "pooled", sample(inputs.get("y"), i)));
                program.condition(conditions, inputs.get("guidance").values()[i]);
                long[] shape = {1, network.sample()[0], network.sample()[1], network.sample()[2]};
                INDArray x = Nd4j.create(sample(inputs.get("latents"), i), shape, 'c');
                double[] actual = program.at(x, inputs.get("timesteps").values()[i])
                        .dup('c')
                        .data()
                        .asDouble();
                assertThat(Reference.relativeToMaximum(actual, Arrays.copyOfRange(expected, i * size, (i + 1) * size)))
                        .isLessThan(F32);
            }
        }
    }

    private static float[] sample(Npy array, int i) {
        int size = array.values().length / (int) array.shape()[0];
        return Arrays.copyOfRange(array.floats(), i * size, (i + 1) * size);
    }

    @Test
    void theManifestNamesTheWeightsByHashAndLicence() throws IOException {
        Path set = FluxCase.folders().get(0);
        FluxCase network = FluxCase.read(set);
        JobContext context = context(network, "bfl", "keep", "import.license=mine");
        new ImportJob().run(context);
        var stage = context.stage("teacher");
        var source = Manifest.read(stage.getFileSystem(hadoop()), stage)
                .facts()
                .path("sources")
                .path("main");
        assertThat(source.path("license").asText()).isEqualTo("mine");
        assertThat(source.path("sha256").asText()).hasSize(64);
        assertThat(source.path("copied").asBoolean()).isFalse();
        assertThat(Path.of(stage.toUri().getPath()).resolve("main/frozen.safetensors"))
                .doesNotExist();
    }

    @Test
    void aKeptFileThatChangesIsRefused() throws IOException {
        FluxCase network = FluxCase.read(FluxCase.folders().get(0));
        Path original = file(network, "bfl");
        Path copy = Files.copy(original, dir.resolve("moved.safetensors"));
        JobContext context = context(network, copy, "keep");
        new ImportJob().run(context);
        byte[] bytes = Files.readAllBytes(copy);
        bytes[bytes.length - 1] ^= 1;
        Files.write(copy, bytes);
        assertThatThrownBy(() ->
                        StoredModel.of(context, "teacher", "main", "parameters").frozen("teacher", hadoop()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("moved.safetensors")
                .hasMessageContaining("the file was changed");
    }

    @Test
    void whatCannotBeImportedIsRefusedByName() {
        FluxCase network = FluxCase.read(FluxCase.folders().get(0));
        refuses(context(network, "diffusers", "keep"), "import.base.weights=copy");
        refuses(
                context(network, network.folder().resolve("ayf/target_time_in.safetensors"), "copy"),
                "target_time_in.safetensors");
        refuses(context(network, "bfl", "copy", "import.base.axes=[2,2,2]"), "import.base.axes");
        refuses(context(network, dir.resolve("absent"), "copy"), "absent");
    }

    private static void refuses(JobContext context, String complaint) {
        assertThatThrownBy(() -> new ImportJob().run(context))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(complaint);
    }

    private StoredModel imported(FluxCase network, String layout, String weights) {
        JobContext context = context(network, layout, weights);
        new ImportJob().run(context);
        return StoredModel.of(context, "teacher", "main", "parameters");
    }

    private JobContext context(FluxCase network, String layout, String weights, String... more) {
        return context(
                network,
                layout.equals("bfl") ? file(network, layout) : network.folder().resolve(layout),
                weights,
                more);
    }

    private static Path file(FluxCase network, String layout) {
        var folder =
                new org.apache.hadoop.fs.Path(network.folder().resolve(layout).toUri());
        return Path.of(WeightFolder.file(hadoop(), "weights", folder).toUri().getPath());
    }

    private JobContext context(FluxCase network, Path flux, String weights, String... more) {
        String run = network.folder().getFileName() + "-" + flux.getParent().getFileName() + "-" + flux.getFileName()
                + "-" + weights;
        var all = new ArrayList<>(List.of(
                "run.dir=" + dir.resolve(run),
                "import.flux=" + flux,
                "import.base.weights=" + weights,
                "import.base.height=" + 16 * network.rows(),
                "import.base.width=" + 16 * network.columns(),
                "import.base.text-tokens=" + network.textTokens(),
                "import.base.axes=" + network.config().axesDim()));
        all.addAll(List.of(more));
        return Sessions.context(Sessions.open("local[1]"), all.toArray(String[]::new));
    }

    private static org.apache.hadoop.conf.Configuration hadoop() {
        return Sessions.open("local[1]").sparkContext().hadoopConfiguration();
    }

    private static org.apache.hadoop.fs.FileSystem fileSystem(org.apache.hadoop.fs.Path file) {
        try {
            return file.getFileSystem(hadoop());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
