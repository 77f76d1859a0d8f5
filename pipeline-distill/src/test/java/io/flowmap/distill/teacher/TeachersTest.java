package io.flowmap.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GaussianFlow;
import io.flowmap.flow.GaussianMixtureFlow;
import io.flowmap.flow.GraphInputs;
import io.flowmap.flow.NetworkField;
import io.flowmap.model.TeacherGraph;
import io.flowmap.nn.Condition;
import io.flowmap.nn.ConditionShape;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Velocities of guided and exact teachers in float64. */
class TeachersTest {
    private static final double[][] POINTS = {{0.3, -0.8}, {1.2, 0.4}, {-0.5, 0.1}, {0.2, 0.9}};
    private static final double[] TIMES = {0.1, 0.45, 0.6, 1.0};
    private static final double[][] NO_CLASS = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};
    private static final double[][] CLASSES = {{1, 0}, {0, 1}, {0, 1}, {1, 0}};
    private static final GaussianMixtureFlow FLOW = new GaussianMixtureFlow(
            new double[] {0.5, 0.2, 0.3},
            new double[][] {{0.5, -0.2}, {-0.4, 0.3}, {0.1, 0.7}},
            new double[] {0.3, 0.2, 0.1});
    private static final TeacherGraph MIXTURE = new MixtureTeacher(FLOW, List.of(0, 1, 1));
    private static final TeacherGraph WEAK = new GaussianTeacher(new GaussianFlow(0.9));

    private static double[] velocities(
            TeacherGraph teacher, double[][] points, double[] times, double[][] classes, double lambda) {
        var in = new GraphInputs(DataType.DOUBLE);
        SDVariable x = in.bind("x", Nd4j.createFromArray(points));
        SDVariable t = in.bind("t", Nd4j.createFromArray(times));
        var condition = new Condition(Map.of(ConditionShape.CLASS, in.bind("classes", Nd4j.createFromArray(classes))));
        SDVariable guidance =
                in.bind("guidance", Nd4j.zeros(DataType.DOUBLE, times.length).addi(lambda));
        SDVariable v = teacher.in(in.shapes(), DataType.DOUBLE)
                .velocity(new NetworkField.Point(x, t, condition, null, guidance));
        INDArray output = Nd4j.create(DataType.DOUBLE, in.shapes().of(v));
        try (var program = Nd4jBackend.compile(in.shapes(), in.arrays(), Map.of(v.name(), output))) {
            program.run();
        }
        return output.data().asDouble();
    }

    private static double[] velocities(TeacherGraph teacher, double[][] classes, double lambda) {
        return velocities(teacher, POINTS, TIMES, classes, lambda);
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-12 * (1 + Math.abs(expected[i]))));
        }
    }

    private static double[] exact(GaussianMixtureFlow flow, int sample) {
        return flow.velocity(POINTS[sample], TIMES[sample]);
    }

    @Test
    void theVelocityOfAMixtureHasTheClosedForm() {
        double[] v = velocities(MIXTURE, NO_CLASS, 1);
        for (int i = 0; i < POINTS.length; i++) {
            assertClose(new double[] {v[2 * i], v[2 * i + 1]}, exact(FLOW, i));
        }
    }

    @Test
    void aClassIsTheMixtureOfItsComponents() {
        var second = new GaussianMixtureFlow(
                new double[] {0.2, 0.3}, new double[][] {{-0.4, 0.3}, {0.1, 0.7}}, new double[] {0.2, 0.1});
        var first = new GaussianMixtureFlow(new double[] {1}, new double[][] {{0.5, -0.2}}, new double[] {0.3});
        double[] v = velocities(MIXTURE, CLASSES, 1);
        for (int i = 0; i < POINTS.length; i++) {
            assertClose(new double[] {v[2 * i], v[2 * i + 1]}, exact(CLASSES[i][0] == 1 ? first : second, i));
        }
    }

    @Test
    void guidanceWithWeightOneIsTheUnguidedTeacher() {
        double[] plain = velocities(MIXTURE, CLASSES, 1);
        assertClose(velocities(new ClassifierFreeGuidance(MIXTURE), CLASSES, 1), plain);
        assertClose(velocities(new Autoguidance(MIXTURE, WEAK), CLASSES, 1), plain);
    }

    @Test
    void classifierFreeGuidanceExtrapolatesFromTheTeacherWithoutClass() {
        double[] guided = velocities(new ClassifierFreeGuidance(MIXTURE), CLASSES, 2.5);
        assertClose(guided, extrapolated(velocities(MIXTURE, CLASSES, 1), velocities(MIXTURE, NO_CLASS, 1), 2.5));
    }

    @Test
    void autoguidanceExtrapolatesFromTheWeakModel() {
        double[] guided = velocities(new Autoguidance(MIXTURE, WEAK), CLASSES, 2.5);
        assertClose(guided, extrapolated(velocities(MIXTURE, CLASSES, 1), velocities(WEAK, CLASSES, 1), 2.5));
    }

    private static double[] extrapolated(double[] strong, double[] poor, double lambda) {
        double[] v = strong.clone();
        for (int i = 0; i < v.length; i++) {
            v[i] = lambda * strong[i] + (1 - lambda) * poor[i];
        }
        return v;
    }

    /** Times 0.45 and 0.6 are inside the interval, the second at its end. */
    @Test
    void intervalGuidanceIsUnguidedOutsideAndGuidedInside() {
        for (TeacherGraph guided : List.of(new ClassifierFreeGuidance(MIXTURE), new Autoguidance(MIXTURE, WEAK))) {
            double[] limited = velocities(new IntervalGuidance(guided, 0.3, 0.6), CLASSES, 2.5);
            double[] plain = velocities(MIXTURE, CLASSES, 1);
            double[] full = velocities(guided, CLASSES, 2.5);
            assertClose(
                    limited, new double[] {plain[0], plain[1], full[2], full[3], full[4], full[5], plain[6], plain[7]});
        }
    }

    @Tag("reference")
    @Test
    void theVelocityOfAGaussianMatchesTheReference() throws IOException {
        for (Path folder : Reference.folders(p -> p.getFileName().toString().equals("gaussian"))) {
            List<String> lines = Files.readAllLines(folder.resolve("velocity_flowmap.csv"));
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(",");
                double[] numbers = new double[3]; // c, x, t
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = Double.parseDouble(cells[i]);
                }
                double golden = Double.parseDouble(cells[4]);
                double[] v = velocities(
                        new GaussianTeacher(new GaussianFlow(numbers[0])),
                        new double[][] {{numbers[1]}},
                        new double[] {numbers[2]},
                        new double[][] {{0}},
                        1);
                var single = new MixtureTeacher(
                        new GaussianMixtureFlow(new double[] {1}, new double[][] {{0}}, new double[] {numbers[0]}),
                        List.of());
                double[] mixture = velocities(
                        single, new double[][] {{numbers[1]}}, new double[] {numbers[2]}, new double[][] {{0}}, 1);
                assertClose(v, new double[] {golden});
                assertClose(mixture, new double[] {golden});
            }
            Reference.checked(folder, 2 * (lines.size() - 1));
        }
    }
}
