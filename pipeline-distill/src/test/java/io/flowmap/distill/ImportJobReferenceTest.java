package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.data.DataFacts;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.Sessions;
import io.flowmap.engine.Program;
import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.Denoiser;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.graph.Shapes;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.Condition;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.Scope;
import io.flowmap.nn.edm2.Edm2Case;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.DType;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** EDM2's snapshots imported into a stage, compared with EDM2's own outputs (folder edm2). */
@Tag("reference")
class ImportJobReferenceTest {
    private static final double F64 = 1e-9;
    private static final double F32 = 1e-5;
    private static final double HALF_GAINS = 2e-6;
    private static final List<String> MODES = List.of("cond", "uncond");

    @TempDir
    Path dir;

    @Test
    void denoiserOutputsOfAnImportedSnapshotMatch() throws IOException {
        for (Path folder : folders()) {
            StoredModel model = imported(folder, snapshots(folder).get(0));
            Map<String, INDArray> arrays = model.arrays(context().hadoop());
            int cases = 0;
            for (String mode : modes(folder, "f64")) {
                var golden = new Golden(folder, "D_" + mode + "_f64", "x", mode);
                assertThat(error(golden, model, arrays, DataType.DOUBLE)).isLessThan(F64);
                assertThat(error(golden, model, arrays, DataType.FLOAT)).isLessThan(F32);
                cases += 2;
            }
            String mode = Files.exists(folder.resolve("class_labels.npy")) ? "cond" : "uncond";
            var nonsquare = new Golden(folder, "D_nonsquare_f64", "x_nonsquare", mode);
            assertThat(error(nonsquare, model, arrays, DataType.DOUBLE)).isLessThan(F64);
            Reference.checked(folder, cases + 1);
        }
    }

    /** The module as unpickled computes its gains in float16. */
    @Test
    void withTheGainsOfAFloat16ModuleItsOutputsMatch() throws IOException {
        for (Path folder : folders()) {
            StoredModel model = imported(folder, snapshots(folder).get(0), "import.half-gains=true");
            Map<String, INDArray> arrays = model.arrays(context().hadoop());
            List<String> modes = modes(folder, "fp16params_f32math");
            for (String mode : modes) {
                var golden = new Golden(folder, "D_" + mode + "_fp16params_f32math", "x", mode);
                assertThat(error(golden, model, arrays, DataType.DOUBLE)).isLessThan(HALF_GAINS);
                assertThat(error(golden, model, arrays, DataType.FLOAT)).isLessThan(HALF_GAINS);
            }
            Reference.checked(folder, 2 * modes.size());
        }
    }

    @Test
    void everyFormOfASnapshotGivesTheSameNetwork() throws IOException {
        for (Path folder : folders()) {
            StoredModel first = imported(folder, snapshots(folder).get(0));
            assertThat(first.spec().config()).isEqualTo(Edm2Case.read(folder).config());
            assertThat(first.spec().noiseLabel()).isEqualTo(NoiseLabel.LOG_SIGMA);
            for (Path file : snapshots(folder)) {
                StoredModel model = imported(folder, file);
                assertThat(model.spec()).isEqualTo(first.spec());
                assertThat(model.vector(context().hadoop()))
                        .isEqualTo(first.vector(context().hadoop()));
            }
            Reference.checked(folder, snapshots(folder).size());
        }
    }

    @Test
    void aFinishedImportIsSkippedAndReportsItsSources() throws IOException {
        Path file = snapshots(folders().get(0)).get(0);
        var context = context("import.main=" + file, "import.weak=" + file, "import.license=mine");
        new ImportJob().run(context);
        Manifest first = manifest(context);
        new ImportJob().run(context);
        assertThat(manifest(context)).isEqualTo(first);
        assertThat(StoredModel.names(context, "teacher")).containsExactly("main", "weak");
        for (String name : List.of("main", "weak")) {
            var source = first.facts().path("sources").path(name);
            assertThat(source.path("license").asText()).isEqualTo("mine");
            assertThat(source.path("bytes").asLong()).isEqualTo(Files.size(file));
            assertThat(source.path("sha256").asText()).hasSize(64);
            assertThat(source.path("left-out")).hasSize(3);
        }
    }

    @Test
    void aWeakModelOfOtherLatentsIsRefused() throws IOException {
        List<Path> folders = folders();
        Path main = folders.get(0);
        Path other = folders.stream()
                .filter(folder -> Edm2Case.read(folder).shape().channels()
                        != Edm2Case.read(main).shape().channels())
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(other != null, "all cases have equal channels");
        refuses(snapshots(main).get(0), snapshots(other).get(0), "as in main");
    }

    @Test
    void dataOfOtherLatentsIsRefusedBeforeTraining() throws IOException {
        Path file = snapshots(folders().get(0)).get(0);
        var context =
                context("import.main=" + file, "distill.teacher-average=parameters", "distill.teacher.guidance=plain");
        new ImportJob().run(context);
        NetworkSpec spec =
                StoredModel.of(context, "teacher", "main", "parameters").spec();
        var shape = new LatentShape(spec.shape().channels() + 1, 8, 8);
        var facts = new DataFacts(shape, DType.FLOAT16, new Edm2().toJson(), 0, List.of(), Map.of("train", List.of()));
        StageOutput.open(context, "data", List.of(), List.of()).finish(facts);
        assertThatThrownBy(() -> new DistillJob().run(context))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected data of " + spec.shape())
                .hasMessageContaining("got " + shape);
    }

    @ParameterizedTest
    @CsvSource({
        "Precond, Precomd, Precomd",
        "out_gain, out_gaim, unet.out_gain",
        "logvar_linear, logwar_linear, logwar_linear.weight",
        "label_dim, label_dix, label_dim",
        "num_blocks, num_blockz, num_blockz",
        "ema, emu, below ema"
    })
    void aSnapshotOfAnotherNetworkIsRefusedByName(String text, String instead, String complaint) throws IOException {
        Path file = snapshots(folders().get(0)).get(0);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains(text);
        Path changed = Files.writeString(
                dir.resolve("changed.pkl"), bytes.replace(text, instead), StandardCharsets.ISO_8859_1);
        refuses(changed, null, complaint);
    }

    @Test
    void aDamagedFileIsTheUsersMistake() throws IOException {
        Path file = snapshots(folders().get(0)).get(0);
        byte[] bytes = Files.readAllBytes(file);
        refuses(
                Files.write(dir.resolve("cut.pkl"), Arrays.copyOf(bytes, bytes.length / 2)),
                null,
                "cannot read file:" + dir.resolve("cut.pkl"));
        refuses(dir.resolve("absent.pkl"), null, "absent.pkl: no such file");
    }

    private void refuses(Path main, Path weak, String complaint) {
        var context =
                weak == null ? context("import.main=" + main) : context("import.main=" + main, "import.weak=" + weak);
        assertThatThrownBy(() -> new ImportJob().run(context))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(complaint);
        assertThat(dir.resolve("run/teacher")).doesNotExist();
    }

    private static List<Path> folders() {
        return Edm2Case.folders().stream()
                .filter(folder -> Files.isDirectory(folder.resolve("pkl")))
                .toList();
    }

    private static List<Path> snapshots(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("pkl"))) {
            return files.filter(file -> file.toString().endsWith(".pkl"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> modes(Path folder, String kind) {
        return MODES.stream()
                .filter(mode -> Files.exists(folder.resolve("D_" + mode + "_" + kind + ".npy")))
                .toList();
    }

    private JobContext context(String... overrides) {
        String[] all = Arrays.copyOf(overrides, overrides.length + 1);
        all[overrides.length] = "run.dir=" + dir.resolve("run");
        return Sessions.context(Sessions.open("local[1]"), all);
    }

    private Manifest manifest(JobContext context) throws IOException {
        var stage = context.stage("teacher");
        return Manifest.read(stage.getFileSystem(context.hadoop()), stage);
    }

    private StoredModel imported(Path folder, Path file, String... keys) {
        String run =
                dir.resolve(folder.getFileName() + "-" + file.getFileName()).toString();
        var all = new ArrayList<>(List.of("run.dir=" + run, "import.main=" + file));
        all.addAll(List.of(keys));
        var context = Sessions.context(Sessions.open("local[1]"), all.toArray(String[]::new));
        new ImportJob().run(context);
        return StoredModel.of(context, "teacher", "main", "parameters");
    }

    /** D(x; sigma, classes), computed from the arrays in the given type. */
    private static double error(Golden golden, StoredModel model, Map<String, INDArray> arrays, DataType type) {
        var shapes = new Shapes(SameDiff.create());
        var bindings = new LinkedHashMap<String, INDArray>();
        SDVariable x = input(shapes, bindings, "x", Edm2Case.channelsLast(golden.array(golden.image())), type);
        SDVariable sigma = input(shapes, bindings, "sigma", golden.array("sigma"), type);
        var condition = Condition.NONE;
        if (model.spec().condition().classes() > 0) {
            INDArray labels = golden.array("class_labels");
            var rows = golden.mode().equals("cond") ? labels : labels.mul(0);
            condition = new Condition(Map.of(ConditionShape.CLASS, input(shapes, bindings, "classes", rows, type)));
        }
        SDVariable output = new Denoiser(model.spec().network(), model.spec().sigmaData())
                .apply(Scope.frozen(shapes, type, "", arrays), x, sigma, condition);
        INDArray target = Nd4j.createUninitialized(type, shapes.of(output), 'c');
        try (Program program = Nd4jBackend.compile(shapes, bindings, Map.of(output.name(), target))) {
            program.run();
        }
        return Reference.relativeToMaximum(
                Edm2Case.channelsFirst(target),
                Reference.array(golden.folder(), golden.output()).values());
    }

    private static SDVariable input(
            Shapes shapes, Map<String, INDArray> bindings, String name, INDArray value, DataType type) {
        bindings.put(name, value.castTo(type));
        return shapes.graph().placeHolder(name, type, value.shape());
    }

    /** An output of EDM2's code, with its inputs. */
    private record Golden(Path folder, String output, String image, String mode) {
        INDArray array(String name) {
            return Edm2Case.array(Reference.array(folder, name));
        }
    }
}
