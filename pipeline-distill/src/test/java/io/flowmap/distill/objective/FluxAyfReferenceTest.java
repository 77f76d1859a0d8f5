package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.distill.train.step.StudentProgram;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.FrozenField;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.Precision;
import io.flowmap.nn.flux.FluxCase;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An AYF-EMD step that trains the adapters of a FLUX transformer and its embedding of the target time, compared with the folders
 * flux/transformer: every r, all values, the loss and all gradients.
 */
@Tag("reference")
class FluxAyfReferenceTest {
    private static final TimePairs PAIRS = new TimePairs(0, 1);
    private static final Pattern FILE = Pattern.compile("(r([0-9.]+))_emd\\.npz");

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-9, 1e-8, false", "DOUBLE, 1e-9, 1e-8, true", "FLOAT, 1e-4, 1e-4, false"})
    void aStepMatches(DataType type, double value, double derivative, boolean recomputing) {
        for (Path folder : FluxCase.studentFolders()) {
            var c = FluxCase.read(folder);
            JsonNode info = Reference.json(folder, "info").get("ayf");
            int cases = 0;
            for (var file : c.studentFiles()) {
                var match = FILE.matcher(file);
                if (match.matches()) {
                    var step = new Step(
                            c,
                            type,
                            Double.parseDouble(match.group(2)),
                            info.get("c").asDouble(),
                            recomputing);
                    cases += step.check(
                            match.group(1), info.get(match.group(1)).get("loss").asDouble(), value, derivative);
                }
            }
            Reference.checked(folder, cases);
        }
    }

    /** A step on the folder's batch with one weight r of the tangent. */
    private record Step(FluxCase c, DataType type, double r, double normalisation, boolean recomputing) {
        int check(String tag, double loss, double value, double derivative) {
            var student = c.student();
            var objective = new AyfEmd(PAIRS, new TangentNormalisation(normalisation), new TangentWarmup(1, 0));
            var weights = typed(c.studentWeights());
            var trained =
                    student.network().parameters().without(c.teacher().network().parameters());
            var batch = Reference.arrays(c.folder().resolve("ayf"), "batch");
            int n = (int) batch.get("t").shape()[0];
            var frozen = new HashMap<>(weights);
            trained.forEach(p -> frozen.remove(p.name()));
            var setup = new StudentProgram.Setup(
                    student,
                    trained,
                    frozen,
                    objective,
                    new FrozenField("teacher", c.teacher(), typed(c.weights())),
                    c.sample(),
                    n,
                    type,
                    Precision.FLOAT32,
                    recomputing,
                    true);
            INDArray flat = Nd4j.create(type, trained.length());
            INDArray gradient = Nd4j.create(type, trained.length());
            trained.views(flat).forEach((name, view) -> view.assign(weights.get(name)));
            try (var program = new StudentProgram(setup, flat, gradient)) {
                fill(program, batch);
                program.run();
                int cases = values(tag, program, value, derivative);
                cases += gradients(tag, trained, gradient, derivative);
                assertThat(objective.loss(program.norms(), 1)).isCloseTo(loss, within(1e-6));
                return cases + 1;
            }
        }

        private Map<String, INDArray> typed(Map<String, INDArray> arrays) {
            var typed = new LinkedHashMap<String, INDArray>();
            arrays.forEach((name, array) -> typed.put(name, array.castTo(type)));
            return typed;
        }

        private void fill(StudentProgram program, Map<String, Npy> batch) {
            for (var name : List.of("x0", "z")) {
                program.input(name)
                        .assign(c.unpacked(FluxCase.array(batch.get(name))).castTo(type));
            }
            for (var name : List.of("t", "s", "guidance")) {
                program.input(name).assign(FluxCase.array(batch.get(name)).castTo(type));
            }
            program.input("warmup").assign(r);
            program.condition("text").assign(FluxCase.array(batch.get("txt")).castTo(type));
            program.condition("pooled").assign(FluxCase.array(batch.get("y")).castTo(type));
        }

        private int values(String tag, StudentProgram program, double value, double derivative) {
            var ayf = c.folder().resolve("ayf");
            var field = Reference.arrays(ayf, "field");
            var goldens = Reference.arrays(ayf, tag + "_emd");
            INDArray f = program.monitor("field");
            INDArray g = program.monitor("residual");
            double[] norm = goldens.get("g_norm").values();
            INDArray ghat = g.castTo(DataType.DOUBLE).dup();
            for (int i = 0; i < norm.length; i++) {
                double own = ghat.slice(i).norm2Number().doubleValue();
                assertThat(own).isCloseTo(norm[i], within(derivative * norm[i]));
                assertThat((double) program.norms()[i]).isCloseTo(own, within(1e-6 * own));
                ghat.slice(i).divi(own + normalisation);
            }
            check("v", program.monitor("velocity"), field.get("v"), value);
            check("F", f, field.get("F"), value);
            check("dFdt", program.monitor("tangent"), field.get("dFdt"), derivative);
            check("g", g, goldens.get("g"), derivative);
            check("ghat", ghat, goldens.get("ghat"), derivative);
            check("target", f.castTo(DataType.DOUBLE).add(ghat), goldens.get("target"), derivative);
            return 7;
        }

        private int gradients(String tag, FlatParameters trained, INDArray gradient, double tolerance) {
            var slopes = trained.views(gradient);
            var goldens = c.studentGradients(tag + "_grad");
            assertThat(goldens.keySet()).containsExactlyInAnyOrderElementsOf(slopes.keySet());
            goldens.forEach((name, golden) -> {
                double[] actual =
                        slopes.get(name).castTo(DataType.DOUBLE).dup('c').data().asDouble();
                assertThat(Reference.relativeToMaximum(
                                actual, golden.dup('c').data().asDouble()))
                        .as(c.folder() + " " + tag + " " + name)
                        .isLessThan(tolerance);
            });
            return goldens.size();
        }

        private void check(String name, INDArray value, Npy golden, double tolerance) {
            INDArray tokens = c.packed(value.castTo(DataType.DOUBLE).permute(0, 3, 1, 2));
            assertThat(Reference.relativeToMaximum(tokens.data().asDouble(), golden.values()))
                    .as(c.folder() + " r=" + r + " " + name)
                    .isLessThan(tolerance);
        }
    }
}
