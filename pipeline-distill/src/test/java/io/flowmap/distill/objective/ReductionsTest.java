package io.flowmap.distill.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.distill.teacher.MixtureTeacher;
import io.flowmap.flow.GaussianMixtureFlow;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.TeacherGraph;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Special cases in which objectives reduce to one another, before normalisation and with r = 1, tested by parameter gradients in
 * float64.
 */
class ReductionsTest {
    private static final TimePairs LAW = new TimePairs(-0.5, 1.2);
    private static final MixedPairs MIXED = new MixedPairs(LAW, 0.5);
    private static final TangentNormalisation PLAIN = new TangentNormalisation(0);
    private static final TangentWarmup FULL = new TangentWarmup(1, 0);
    private static final AyfEmd EMD = new AyfEmd(LAW, PLAIN, FULL);
    private static final AyfLmd LMD = new AyfLmd(LAW, PLAIN);
    private static final Scd SCD = new Scd(LAW, PLAIN, FULL);
    private static final double[] ZERO = ToyStep.scaled(0);
    private static final double[] HALF = ToyStep.scaled(0.5);

    /** A curved velocity, which rules out agreement by chance. */
    private static final TeacherGraph TEACHER = new MixtureTeacher(
            new GaussianMixtureFlow(
                    new double[] {0.6, 0.4}, new double[][] {{0.5, -0.2}, {-0.4, 0.3}}, new double[] {0.3, 0.2}),
            List.of());

    /** z - x_0 of the step's samples. */
    private static final TeacherGraph SAMPLES =
            (shapes, type) -> p -> shapes.graph().constant(ToyStep.noise().sub(ToyStep.data()));

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(difference(actual, expected)).isLessThan(1e-12);
        assertThat(expected.norm2Number().doubleValue()).isGreaterThan(1e-3);
    }

    private static double difference(INDArray actual, INDArray expected) {
        return actual.sub(expected).norm2Number().doubleValue()
                / expected.norm2Number().doubleValue();
    }

    /** Flow matching's loss is a mean over elements; the other losses are sums over the elements of a sample. */
    @Test
    void emdAtEqualTimesIsFlowMatching() {
        INDArray flowMatching = ToyStep.gradient(new FlowMatching(LAW), null, ToyStep.TIMES);
        INDArray emd = ToyStep.gradient(EMD, SAMPLES, ToyStep.TIMES);
        assertSame(emd, flowMatching.mul(ToyStep.DIMENSIONS));
    }

    static Stream<Objective> matchingTheTeacherOnTheDiagonal() {
        return Stream.of(LMD, new DiscreteFlowMap(LAW, 10, PLAIN), new ShortcutDistillation(MIXED, PLAIN));
    }

    @ParameterizedTest
    @MethodSource("matchingTheTeacherOnTheDiagonal")
    void objectivesAtEqualTimesMatchTheVelocity(Objective objective) {
        assertSame(ToyStep.gradient(objective, TEACHER, ToyStep.TIMES), ToyStep.gradient(EMD, TEACHER, ToyStep.TIMES));
    }

    @Test
    void emdWithTargetZeroIsContinuousConsistency() {
        assertSame(ToyStep.gradient(EMD, TEACHER, ZERO), ToyStep.gradient(SCD, TEACHER, ZERO));
    }

    @Test
    void emdWithTheSamplesVelocityIsMeanFlow() {
        assertSame(ToyStep.gradient(EMD, SAMPLES, HALF), ToyStep.gradient(new MeanFlow(MIXED, PLAIN), null, HALF));
    }

    @Test
    void consistencyTrainingIsDistillationOfTheSamplesVelocity() {
        assertSame(ToyStep.gradient(SCD, SAMPLES, ZERO), ToyStep.gradient(new Sct(LAW, PLAIN, FULL), null, ZERO));
    }

    @Test
    void shortcutFromScratchIsDistillationOfTheSamplesVelocity() {
        double[] mixed = {0.95, 0.2, 0.5, 0.1, 0};
        assertSame(
                ToyStep.gradient(new ShortcutDistillation(MIXED, PLAIN), SAMPLES, mixed),
                ToyStep.gradient(new Shortcut(MIXED, PLAIN), null, mixed));
    }

    @Test
    void discreteFlowMapTendsToEmdLinearly() {
        assertLinear(ToyStep.gradient(EMD, TEACHER, HALF), steps -> new DiscreteFlowMap(LAW, steps, PLAIN), HALF);
    }

    @Test
    void trajectoryModelTendsToEmdLinearly() {
        assertLinear(ToyStep.gradient(EMD, TEACHER, HALF), steps -> new Ctm(MIXED, steps, PLAIN), HALF);
    }

    @Test
    void discreteConsistencyTendsToContinuousConsistencyLinearly() {
        assertLinear(ToyStep.gradient(SCD, TEACHER, ZERO), steps -> new DiscreteConsistency(LAW, steps, PLAIN), ZERO);
    }

    private interface InSteps {
        Objective of(int steps);
    }

    private static void assertLinear(INDArray limit, InSteps discrete, double[] targets) {
        double[] errors = new double[3];
        for (int i = 0; i < errors.length; i++) {
            int steps = (int) Math.pow(10, 3 + i);
            errors[i] = difference(ToyStep.gradient(discrete.of(steps), TEACHER, targets), limit);
        }
        assertThat(errors[0]).isLessThan(0.05);
        assertThat(errors[0] / errors[1]).isCloseTo(10, within(0.5));
        assertThat(errors[1] / errors[2]).isCloseTo(10, within(0.5));
    }

    @Test
    void trajectoryModelAtEqualTimesIsFlowMatching() {
        assertSame(
                ToyStep.gradient(new Ctm(MIXED, 10, PLAIN), TEACHER, ToyStep.TIMES),
                ToyStep.gradient(new FlowMatching(LAW), null, ToyStep.TIMES).mul(ToyStep.DIMENSIONS));
    }

    @Test
    void oneIntervalIsConsistency() {
        var multistep = new MultistepConsistency(LAW, 1, 20, PLAIN);
        var consistency = new DiscreteConsistency(LAW, 20, PLAIN);
        var random = new CounterRandom(3);
        for (int i = 0; i < 100; i++) {
            assertThat(multistep.draw(random, 2, i)).isEqualTo(consistency.draw(random, 2, i));
        }
        assertSame(ToyStep.gradient(multistep, TEACHER, ZERO), ToyStep.gradient(consistency, TEACHER, ZERO));
    }

    @Test
    void intervalsStartBelowTheirTimes() {
        var random = new CounterRandom(3);
        var multistep = new MultistepConsistency(LAW, 4, 20, PLAIN);
        for (int i = 0; i < 1000; i++) {
            var pair = multistep.draw(random, 2, i);
            assertThat(pair.s() * 4).isEqualTo(Math.rint(pair.s() * 4));
            assertThat(pair.t() - pair.s()).isBetween(0.0, 0.25);
        }
    }

    /** As the step tends to 0, the two half steps agree with the whole step to first order. */
    @Test
    void shortcutsGradientVanishesLinearlyWithTheStep() {
        var shortcut = new ShortcutDistillation(MIXED, PLAIN);
        double coarse = ToyStep.gradient(shortcut, TEACHER, ToyStep.scaled(1 - 1e-3))
                .norm2Number()
                .doubleValue();
        double fine = ToyStep.gradient(shortcut, TEACHER, ToyStep.scaled(1 - 1e-4))
                .norm2Number()
                .doubleValue();
        assertThat(coarse / fine).isCloseTo(10, within(0.1));
    }

    static Stream<Objective> withoutStopGradient() {
        return Stream.of(new BoffiEmd(LAW), new BoffiLmd(LAW));
    }

    @ParameterizedTest
    @MethodSource("withoutStopGradient")
    void fullGradientMatchesCentralDifferenceOfTheLoss(Objective objective) {
        try (var step = new ToyStep(objective, TEACHER, HALF)) {
            INDArray gradient = step.gradient();
            for (int seed = 0; seed < 3; seed++) {
                INDArray direction = ToyStep.normal(new Random(seed), step.length());
                double h = 1e-5;
                double slope = (step.squaredResidual(direction, h) - step.squaredResidual(direction, -h)) / (2 * h);
                double along = gradient.mul(direction).sumNumber().doubleValue();
                assertThat(along).isCloseTo(slope, within(1e-7 * Math.abs(slope)));
            }
        }
    }

    /** The stop-gradient matters: without it the gradient differs. */
    @Test
    void fullGradientsDifferFromThoseUnderStopGradient() {
        assertThat(difference(ToyStep.gradient(new BoffiEmd(LAW), TEACHER, HALF), ToyStep.gradient(EMD, TEACHER, HALF)))
                .isGreaterThan(0.1);
        assertThat(difference(ToyStep.gradient(new BoffiLmd(LAW), TEACHER, HALF), ToyStep.gradient(LMD, TEACHER, HALF)))
                .isGreaterThan(0.1);
    }

    @Test
    void theShareOfEqualTimesMatchesItsSetting() {
        var random = new CounterRandom(5);
        var pairs = new MixedPairs(LAW, 0.75);
        int draws = 10_000;
        int diagonal = 0;
        for (int i = 0; i < draws; i++) {
            var pair = pairs.draw(random, 2, i);
            diagonal += pair.s() == pair.t() ? 1 : 0;
        }
        assertThat(diagonal / (double) draws).isCloseTo(0.75, within(0.02));
    }
}
