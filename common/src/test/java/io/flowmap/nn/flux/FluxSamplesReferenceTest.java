package io.flowmap.nn.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.data.Conditions;
import io.flowmap.flow.NetworkField;
import io.flowmap.flow.Sampling;
import io.flowmap.flow.TimeGrid;
import io.flowmap.flow.TimeShift;
import io.flowmap.model.FieldProgram;
import io.flowmap.model.FrozenField;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Time grids and samples of teacher and student, compared with the folder flux/sampling. */
@Tag("reference")
class FluxSamplesReferenceTest {
    private static final Pattern NAME = Pattern.compile("(uniform|shifted)_n(\\d+)_(times|euler|flowmap)");

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-9", "FLOAT, 2e-5"})
    void gridsAndSamplesMatch(DataType type, double tolerance) {
        for (Path folder : Reference.folders(
                Reference.require("flux", "sampling"),
                f -> f.resolve("samples_f64.npz").toFile().exists())) {
            var info = Reference.json(folder, "config");
            var c = FluxCase.read(folder.resolve(info.get("model").asText()).normalize());
            var goldens = Reference.arrays(folder, "samples_f64");
            double guidance = info.get("guidance").asDouble();
            INDArray x1 = c.unpacked(FluxCase.array(goldens.get("x1"))).castTo(type);
            int cases = 0;
            try (var teacher = program(c.teacher(), c.weights(), c, type, (int) x1.size(0));
                    var student = program(c.student(), c.studentWeights(), c, type, (int) x1.size(0))) {
                var conditions = conditions(goldens, (int) x1.size(0));
                teacher.condition(conditions, guidance);
                student.condition(conditions, guidance);
                for (String name : goldens.keySet()) {
                    Matcher match = NAME.matcher(name);
                    if (!match.matches()) {
                        continue; // an input
                    }
                    var shift = match.group(1).equals("shifted") ? TimeShift.FLUX : TimeShift.NONE;
                    TimeGrid grid = shift.grid(Integer.parseInt(match.group(2)), c.sample());
                    if (match.group(3).equals("times")) {
                        assertThat(grid.times())
                                .containsExactly(goldens.get(name).values(), within(1e-14));
                    } else {
                        INDArray x = match.group(3).equals("euler")
                                ? Sampling.euler(teacher, x1, grid)
                                : Sampling.flowMap(student, x1, grid, 0, null);
                        double[] actual =
                                c.packed(x.castTo(DataType.DOUBLE)).data().asDouble();
                        assertThat(Reference.relativeToMaximum(
                                        actual, goldens.get(name).values()))
                                .as(folder + " " + name)
                                .isLessThan(tolerance);
                    }
                    cases++;
                }
            }
            Reference.checked(folder, cases);
        }
    }

    private static FieldProgram program(
            NetworkField field, Map<String, INDArray> weights, FluxCase c, DataType type, int batch) {
        return new FieldProgram(new FrozenField("flux", field, weights), type, c.condition(), batch, c.sample());
    }

    private static Conditions conditions(Map<String, Npy> inputs, int n) {
        int[] labels = new int[n];
        Arrays.fill(labels, -1);
        return new Conditions(
                labels,
                Map.of(
                        Transformer.TEXT, inputs.get("txt").floats(),
                        Transformer.POOLED, inputs.get("y").floats()));
    }
}
