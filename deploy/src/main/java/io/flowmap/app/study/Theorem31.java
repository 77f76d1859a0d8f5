package io.flowmap.app.study;

import io.flowmap.flow.GaussianFlow;
import io.flowmap.flow.PerturbedGaussian;
import io.flowmap.flow.PerturbedGaussian.Consistency;
import io.flowmap.flow.Sampling;
import io.flowmap.flow.ScalingMap;
import io.flowmap.flow.TimeGrid;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * W2 against the number of steps for perturbed models of Gaussian data (AYF Thm 3.1), computed in two ways: by recursion of the
 * variance, and from drawn samples, whose variance has the relative standard error sqrt(2/N).
 *
 * @param deviation c, standard deviation of the data
 * @param error eps of the models
 * @param gamma noise of the flow map's sampler
 * @param mostSteps largest number of steps
 * @param samples N, samples drawn for each model and number of steps
 */
public record Theorem31(double deviation, double error, double gamma, int mostSteps, int samples) {
    private static final long START = 0;
    private static final long FRESH = 1;

    public Theorem31 {
        if (!(deviation > 0) || !(error > 0) || !(gamma > 0 && gamma < 1)) {
            throw new IllegalArgumentException("expected positive deviation and error and a gamma in (0, 1), got "
                    + deviation + ", " + error + ", " + gamma);
        }
        if (mostSteps < 1 || mostSteps > 1024 || samples < 100) {
            throw new IllegalArgumentException(
                    "expected most-steps in 1..1024 and at least 100 samples, got " + mostSteps + ", " + samples);
        }
    }

    /** A model and the noise of its sampler. */
    public record Model(String name, ScalingMap map, double gamma) {}

    /**
     * A model's curve.
     *
     * @param distances W2 at 1 .. mostSteps steps
     * @param drawn W2 of samples, at the numbers of steps of {@link Theorem31#doublings}
     * @param deviations (sampled - exact variance) in standard errors, at the same numbers of steps
     */
    public record Curve(Model model, double[] distances, double[] drawn, double[] deviations) {
        /** Number of steps with the least distance. */
        public int best() {
            return IntStream.range(0, distances.length)
                            .reduce((a, b) -> distances[b] < distances[a] ? b : a)
                            .orElseThrow()
                    + 1;
        }
    }

    /** 1, 2, 4, ... up to the largest number of steps. */
    public int[] doublings() {
        return IntStream.iterate(1, n -> n <= mostSteps, n -> 2 * n).toArray();
    }

    /** Every form of consistency model (CM), the flow map without and with noise, and Euler on the exact velocity. */
    public List<Model> models() {
        var perturbed = perturbed();
        var models = new ArrayList<Model>();
        for (var form : Consistency.values()) {
            models.add(new Model("CM " + form.formula(), perturbed.consistency(form), 1));
        }
        models.add(new Model("flow map", perturbed.flowMap(), 0));
        models.add(new Model("flow map, gamma " + gamma, perturbed.flowMap(), gamma));
        models.add(new Model("Euler, exact velocity", perturbed.euler(), 0));
        return models;
    }

    /** The curves of all models; at equal steps they share the noise. */
    public List<Curve> curves(CounterRandom random) {
        INDArray start = noise(random, START);
        var fresh = IntStream.range(0, mostSteps)
                .mapToObj(step -> noise(random, FRESH, step))
                .toList();
        return models().stream().map(model -> curve(model, start, fresh::get)).toList();
    }

    private Curve curve(Model model, INDArray start, Sampling.Noise fresh) {
        var perturbed = perturbed();
        var exact = IntStream.rangeClosed(1, mostSteps)
                .mapToDouble(n -> model.map().variance(n, model.gamma()))
                .toArray();
        int[] counts = doublings();
        var drawn = new double[counts.length];
        var deviations = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            var x = Sampling.flowMap(model.map().asFlowMap(), start, TimeGrid.uniform(counts[i]), model.gamma(), fresh);
            double variance = x.mul(x).meanNumber().doubleValue();
            drawn[i] = perturbed.distance(variance);
            double error = exact[counts[i] - 1] * Math.sqrt(2.0 / samples);
            deviations[i] = error == 0 ? 0 : (variance - exact[counts[i] - 1]) / error;
        }
        var distances = IntStream.range(0, mostSteps)
                .mapToDouble(i -> perturbed.distance(exact[i]))
                .toArray();
        return new Curve(model, distances, drawn, deviations);
    }

    private PerturbedGaussian perturbed() {
        return new PerturbedGaussian(new GaussianFlow(deviation), error);
    }

    private INDArray noise(CounterRandom random, long... key) {
        var values = new double[samples];
        random.gaussians(values, 0, samples, key);
        return Nd4j.create(values);
    }
}
