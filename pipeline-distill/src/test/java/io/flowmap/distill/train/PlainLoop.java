package io.flowmap.distill.train;

import io.flowmap.distill.train.executor.BatchReader;
import io.flowmap.distill.train.executor.BlockCache;
import io.flowmap.distill.train.step.TrainingConfig;
import org.nd4j.linalg.factory.Nd4j;

/** Trains {@link SmallMlp} in a plain loop over large batches, with Adam in float64. */
final class PlainLoop {
    private PlainLoop() {}

    static float[] train(TrainingConfig config, DrawnSamples data, float[] initial, int from, long seed) {
        var objective = new SmallMlp(seed);
        int size = (int) config.samplesPerStep();
        var batches = new BatchReader(new BlockCache(data.open(null), 1 << 20), data, seed, size);
        var parameters = Nd4j.createFromArray(initial.clone());
        objective.normalise(parameters);
        var gradient = Nd4j.zerosLike(parameters);
        var m = new double[initial.length];
        var v = new double[initial.length];
        for (int step = from; step < config.steps(); step++) {
            objective.gradient(parameters, gradient, batches.read((long) step * size), step);
            double rate = 1e-2 * Math.min(1, (config.steps() - step) / (0.4 * config.steps()));
            for (int i = 0; i < m.length; i++) {
                double g = gradient.getFloat(i);
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, step + 1)));
                parameters.putScalar(
                        i, parameters.getFloat(i) - rate * m[i] / (1 - Math.pow(0.9, step + 1)) / (root + 1e-8));
            }
            objective.normalise(parameters);
        }
        return parameters.toFloatVector();
    }
}
