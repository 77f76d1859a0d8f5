package io.flowmap.app.study;

import io.flowmap.distill.teacher.MixtureTeacher;
import io.flowmap.flow.GaussianMixtureFlow;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two classes of data in a plane: interleaved spirals r(u) = 0.15 + 0.85 u, angle 2.5 pi u + pi class, u in [0, 1]. Each is a row of
 * thin isotropic Gaussians of equal weight, so samples, velocity and the velocity of blurred data are known exactly.
 *
 * @param components Gaussians per class
 * @param thickness their standard deviation
 * @param blur standard deviation of the noise in the weak teacher's data
 * @param hidden widths of the students' layers
 * @param batch samples per step
 * @param steps steps of every training
 * @param learningRate initial learning rate of Adam
 * @param normalisation c of the tangent normalisation
 * @param guidance weight of the guided teachers
 * @param sampledSteps numbers of steps to sample with
 * @param samples samples per class for distances
 * @param directions directions of the sliced distance
 */
public record Toy2d(
        int components,
        double thickness,
        double blur,
        List<Integer> hidden,
        int batch,
        int steps,
        double learningRate,
        double normalisation,
        double guidance,
        List<Integer> sampledSteps,
        int samples,
        int directions) {
    /** Number of classes. */
    public static final int CLASSES = 2;

    static final ConditionShape CONDITION = ConditionShape.classes(CLASSES);

    static final int DIMENSIONS = 2;
    /** Standard deviation of a coordinate for which the students are preconditioned; about that of the spirals. */
    static final double SIGMA_DATA = 0.45;

    public Toy2d {
        hidden = List.copyOf(hidden);
        sampledSteps = List.copyOf(sampledSteps);
        if (components < 2 || !(thickness > 0) || !(blur > 0) || !(learningRate > 0) || batch < 1 || steps < 4) {
            throw new IllegalArgumentException(
                    "expected at least 2 components, positive thickness, blur and learning-rate,"
                            + " batch of at least 1 and steps of at least 4, got " + components + ", " + thickness
                            + ", " + blur + ", "
                            + learningRate + ", " + batch + ", " + steps);
        }
        if (sampledSteps.isEmpty() || sampledSteps.stream().anyMatch(n -> n < 1) || samples < 2 || directions < 1) {
            throw new IllegalArgumentException(
                    "expected sampled-steps of at least 1, samples of at least 2 and directions of at least 1, got "
                            + sampledSteps + ", " + samples + ", " + directions);
        }
    }

    /** The exact teacher, conditional on the class. */
    MixtureTeacher teacher() {
        return new MixtureTeacher(mixture(thickness), labels());
    }

    /** The exact teacher of blurred data. */
    MixtureTeacher weakTeacher() {
        return new MixtureTeacher(mixture(Math.hypot(thickness, blur)), labels());
    }

    /** Exact samples [2n]; sample i has class i mod classes. */
    double[] draw(CounterRandom random, int n, long stream, long first) {
        var points = new double[DIMENSIONS * n];
        for (int i = 0; i < n; i++) {
            int component = (int) random.below(components, stream, first + i, 0);
            double[] mean = mean(component, i % CLASSES);
            random.gaussians(points, DIMENSIONS * i, DIMENSIONS, stream, first + i, 1);
            for (int d = 0; d < DIMENSIONS; d++) {
                points[DIMENSIONS * i + d] = mean[d] + thickness * points[DIMENSIONS * i + d];
            }
        }
        return points;
    }

    /** Classes of n samples. */
    static int[] classes(int n) {
        return IntStream.range(0, n).map(i -> i % CLASSES).toArray();
    }

    private GaussianMixtureFlow mixture(double deviation) {
        int count = CLASSES * components;
        var weights = new double[count];
        var deviations = new double[count];
        Arrays.fill(weights, 1.0 / count);
        Arrays.fill(deviations, deviation);
        var means = IntStream.range(0, count)
                .mapToObj(k -> mean(k / CLASSES, k % CLASSES))
                .toArray(double[][]::new);
        return new GaussianMixtureFlow(weights, means, deviations);
    }

    private List<Integer> labels() {
        return IntStream.range(0, CLASSES * components)
                .mapToObj(k -> k % CLASSES)
                .toList();
    }

    /** Places along the spiral follow a square root, so that neighbouring components are about equally far apart. */
    private double[] mean(int component, int label) {
        double u = Math.sqrt((double) component / (components - 1));
        double radius = 0.15 + 0.85 * u;
        double angle = 2.5 * Math.PI * u + Math.PI * label;
        return new double[] {radius * Math.cos(angle), radius * Math.sin(angle)};
    }
}
