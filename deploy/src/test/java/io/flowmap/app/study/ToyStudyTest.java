package io.flowmap.app.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.Conditions;
import io.flowmap.flow.GaussianMixtureFlow;
import io.flowmap.flow.Sampling;
import io.flowmap.model.FieldProgram;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class ToyStudyTest {
    private static final Toy2d SMALL = small(500, 5e-3);

    private static Toy2d small(int steps, double learningRate) {
        return new Toy2d(6, 0.05, 0.15, List.of(24, 24), 64, steps, learningRate, 0.1, 2, List.of(1, 4), 400, 16);
    }

    @Test
    void everyRowIsTrainedSampledAndMeasured() {
        var results = new ToyStudy(small(8, 5e-3), new CounterRandom(1)).results();
        assertThat(results).hasSize(ToyRow.all(SMALL).size()).allSatisfy(result -> {
            assertThat(result.points()).hasSize(2).allSatisfy(points -> assertThat(points)
                    .hasSize(1600));
            assertThat(result.distances()).hasSize(2).allSatisfy(distance -> assertThat(distance)
                    .isPositive());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"AYF-EMD", "AYF-LMD", "sCD"})
    void trainedStudentIsNearerItsTargetThanAnUntrainedOne(String name) {
        double trained = oneStep(name, SMALL);
        double untrained = oneStep(name, small(SMALL.steps(), 1e-12));
        assertThat(trained).isLessThan(0.5 * untrained);
    }

    private static double oneStep(String name, Toy2d toy) {
        var row = ToyRow.all(toy).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        var study = new ToyStudy(toy, new CounterRandom(1));
        return study.result(row, study.data()).distances().get(0);
    }

    /** Many steps on the exact velocity end in the data, which shows that teacher, classes and exact samples are consistent. */
    @Test
    void exactTeacherEndsInTheData() {
        var random = new CounterRandom(4);
        int n = 800;
        var noise = new float[2 * n];
        random.gaussians(noise, 0, noise.length, 1);
        try (var program = new FieldProgram(SMALL.teacher(), Toy2d.CONDITION, n, Toy2d.DIMENSIONS)) {
            program.condition(Conditions.classes(Toy2d.classes(n)), 1);
            var x = Sampling.heun(
                    program, Nd4j.create(noise, new long[] {n, 2}, 'c').castTo(DataType.FLOAT), 60);
            double distance =
                    SlicedDistance.between(x.data().asDouble(), SMALL.draw(random, n, 2, 0), Toy2d.CLASSES, 16);
            double floor =
                    SlicedDistance.between(SMALL.draw(random, n, 3, 0), SMALL.draw(random, n, 2, 0), Toy2d.CLASSES, 16);
            assertThat(distance).isLessThan(2 * floor);
        }
    }

    @Test
    void exactSamplesHaveTheMixturesMoments() {
        int n = 20_000;
        var points = SMALL.draw(new CounterRandom(2), n, 1, 0);
        GaussianMixtureFlow flow = SMALL.teacher().flow();
        double expected = 0;
        for (int k = 0; k < flow.weights().length; k++) {
            double square = flow.means()[k][0] * flow.means()[k][0] + flow.deviations()[k] * flow.deviations()[k];
            expected += flow.weights()[k] * square;
        }
        double measured = 0;
        for (int i = 0; i < n; i++) {
            measured += points[2 * i] * points[2 * i] / n;
        }
        assertThat(measured).isBetween(0.97 * expected, 1.03 * expected);
    }
}
