package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.Conditions;
import io.flowmap.distill.prepare.PrepareTeacherJob;
import io.flowmap.distill.teacher.DenoiserField;
import io.flowmap.distill.train.Sessions;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.ConditionShape;
import io.flowmap.nn.edm2.Edm2Case;
import io.flowmap.stage.Manifest;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The preparation of EDM2's snapshots (folder edm2), and its measurement (folders ayf_edm2_*). */
@Tag("reference")
class PrepareTeacherReferenceTest {
    @TempDir
    Path dir;

    @Test
    void theExactChangeOfVariablesMatchesTheDenoiserOfEdm2() {
        for (Path folder : Edm2Case.derivedFolders()) {
            Path edm2 = Edm2Case.network(folder);
            Edm2Case settings = Edm2Case.read(edm2);
            var field = new DenoiserField(
                    "exact", settings.unet(false), settings.sigmaData(), Edm2Case.weights(edm2, "weights_f32"));
            INDArray xt = Edm2Case.array(Reference.array(folder, "fm_x_t"));
            INDArray t = Edm2Case.array(Reference.array(folder, "fm_t")).reshape(xt.size(0));
            int classes = settings.classes();
            var condition = ConditionShape.classes(classes);
            long[] sample = {xt.size(1), xt.size(2), xt.size(3)};
            try (var program = new FieldProgram(field, DataType.DOUBLE, condition, (int) xt.size(0), sample)) {
                program.condition(Conditions.classes(labels(edm2, classes, (int) xt.size(0))), 1);
                double error = Reference.relativeToMaximum(
                        program.at(xt, t).data().asDouble(),
                        Reference.array(folder, "fm_v_main").values());
                assertThat(error).isLessThan(1e-9);
            }
            Reference.checked(folder, 1);
        }
    }

    @Test
    void everySnapshotBecomesATeacherWithNoiseLabelTime() throws IOException {
        for (Path folder : Edm2Case.folders()) {
            if (!Files.isDirectory(folder.resolve("pkl"))) {
                continue;
            }
            Path run = dir.resolve(folder.getFileName());
            var context = Sessions.context(
                    Sessions.open("local[2]"),
                    "run.dir=" + run,
                    "import.main=" + snapshot(folder),
                    "prepare.finetune.training.steps=0",
                    "prepare.alignment.training.steps=400",
                    "prepare.measure.samples=20",
                    "prepare.measure.batch=10");
            new ImportJob().run(context);
            NetworkSpec spec =
                    StoredModel.of(context, "teacher", "main", "parameters").spec();
            DrawnData.write(context, spec.shape(), spec.condition().classes(), 20);
            new PrepareTeacherJob().run(context);
            assertThat(StoredModel.of(context, "teacher-prepared", "main", "ema-0.1")
                            .spec()
                            .noiseLabel())
                    .isEqualTo(NoiseLabel.TIME);
            var stage = context.stage("teacher-prepared");
            var facts =
                    Manifest.read(stage.getFileSystem(context.hadoop()), stage).facts();
            var embedding = facts.path("embedding-errors").path("main");
            assertThat(embedding.path("after").asDouble())
                    .isLessThan(0.3)
                    .isLessThan(0.3 * embedding.path("before").asDouble());
            assertThat(facts.path("velocity-errors")
                            .get(10)
                            .path("relative-error")
                            .asDouble())
                    .isLessThan(2e-5);
            Reference.checked(folder, 1);
        }
    }

    private static int[] labels(Path edm2, int classes, int n) {
        var labels = new int[n];
        if (classes > 0) {
            INDArray rows = Edm2Case.array(Reference.array(edm2, "class_labels"));
            for (int i = 0; i < n; i++) {
                labels[i] = rows.getRow(i).argMax().getInt(0);
            }
        }
        return labels;
    }

    private static Path snapshot(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("pkl"))) {
            return files.filter(file -> file.toString().endsWith(".pkl"))
                    .sorted()
                    .toList()
                    .get(0);
        }
    }
}
