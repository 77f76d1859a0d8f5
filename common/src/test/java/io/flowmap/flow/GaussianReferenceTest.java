package io.flowmap.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Closed forms for Gaussian data against the tables in the reference folder gaussian. */
@Tag("reference")
class GaussianReferenceTest {
    private static final double TIGHT = 1e-12;
    private static final int FIELD = 1;
    /** Tolerance of (f - x)/(s - t), which loses digits when s is near t. */
    private static final double QUOTIENT = 1e-10;

    @Test
    void velocityAndFlowMapMatch() throws IOException {
        Path folder = Reference.require("gaussian");
        List<String> lines = Files.readAllLines(folder.resolve("velocity_flowmap.csv"));
        int cases = lines.size() - 1;
        var actual = new double[5][cases];
        var expected = new double[5][cases];
        for (int i = 0; i < cases; i++) {
            double[] v = Arrays.stream(lines.get(i + 1).split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            var flow = new GaussianFlow(v[0]);
            var mixture = new GaussianMixtureFlow(new double[] {2}, new double[][] {{0}}, new double[] {v[0]});
            put(
                    actual,
                    i,
                    flow.velocity(v[1], v[2]),
                    flow.field(v[1], v[2], v[3]),
                    flow.flowMap(v[1], v[2], v[3]),
                    flow.denoised(v[1], v[2]),
                    mixture.velocity(new double[] {v[1]}, v[2])[0]);
            put(expected, i, v[4], v[5], v[6], v[8], v[4]);
        }
        for (int column = 0; column < actual.length; column++) {
            assertThat(Reference.relativeToMaximum(actual[column], expected[column]))
                    .as("column %d", column)
                    .isLessThan(column == FIELD ? QUOTIENT : TIGHT);
        }
        Reference.checked(folder, cases);
    }

    private static void put(double[][] columns, int row, double... values) {
        for (int column = 0; column < values.length; column++) {
            columns[column][row] = values[column];
        }
    }

    /** Euler on the exact velocity has the tabulated variance (x = 1 at t = 1 scales linearly). */
    @Test
    void eulerOnTheExactVelocityHasTheTabulatedVariance() throws IOException {
        Path folder = Reference.require("gaussian");
        List<String> lines = Files.readAllLines(folder.resolve("multistep_w2.csv"));
        int column = List.of(lines.get(0).split(",")).indexOf("euler_teacher_var");
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            var flow = new GaussianFlow(Double.parseDouble(cells[0]));
            var x = Sampling.euler(
                    (at, t) -> at.mul(flow.velocity(1, t)),
                    Nd4j.ones(DataType.DOUBLE, 1),
                    TimeGrid.uniform(Integer.parseInt(cells[2])));
            double variance = Math.pow(x.getDouble(0), 2);
            double expected = Double.parseDouble(cells[column]);
            assertThat(variance)
                    .isCloseTo(expected, within(TIGHT * Math.max(1, expected))); // relative to the initial variance 1
        }
        Reference.checked(folder, lines.size() - 1);
    }
}
