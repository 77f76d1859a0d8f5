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

/** Closed forms for Gaussian data against the tables of the folder gaussian. */
@Tag("reference")
class GaussianReferenceTest {
    private static final double TIGHT = 1e-12;

    @Test
    void velocityAndFlowMapMatch() throws IOException {
        Path folder = Reference.require("gaussian");
        List<String> lines = Files.readAllLines(folder.resolve("velocity_flowmap.csv"));
        for (String line : lines.subList(1, lines.size())) {
            double[] v = Arrays.stream(line.split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            var flow = new GaussianFlow(v[0]);
            assertThat(flow.velocity(v[1], v[2])).isCloseTo(v[4], within(TIGHT));
            assertThat(flow.field(v[1], v[2], v[3])).isCloseTo(v[5], within(1e-10));
            assertThat(flow.flowMap(v[1], v[2], v[3])).isCloseTo(v[6], within(TIGHT));
            assertThat(flow.denoised(v[1], v[2])).isCloseTo(v[8], within(TIGHT));
            var mixture = new GaussianMixtureFlow(new double[] {2}, new double[][] {{0}}, new double[] {v[0]});
            assertThat(mixture.velocity(new double[] {v[1]}, v[2])[0]).isCloseTo(v[4], within(TIGHT));
        }
        Reference.checked(folder, lines.size() - 1);
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
                    (at, t) -> at.mul(flow.velocity(1, t)), Nd4j.ones(DataType.DOUBLE, 1), Integer.parseInt(cells[2]));
            double variance = Math.pow(x.getDouble(0), 2);
            assertThat(variance).isCloseTo(Double.parseDouble(cells[column]), within(TIGHT));
        }
        Reference.checked(folder, lines.size() - 1);
    }
}
