package io.flowmap.eval.feature;

import io.flowmap.config.UserError;
import io.flowmap.stage.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Trains a {@link LeNet} with Adam on the cross entropy. The learning rate is constant for the first half and falls to 0 over the
 * second. Every batch is split into two halves, one per thread, whose gradients are summed in order: the weights depend only on seed,
 * schedule and native library.
 *
 * @param steps optimiser steps
 * @param batch images per step, even
 * @param learningRate initial learning rate of Adam
 */
public record LeNetTraining(int steps, int batch, double learningRate) {
    private static final int SHARDS = 2;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    public LeNetTraining {
        if (steps < 1 || batch < SHARDS || batch % SHARDS != 0 || !(learningRate > 0)) {
            throw new IllegalArgumentException("expected positive steps and learning-rate and an even batch, got "
                    + steps + ", " + learningRate + ", " + batch);
        }
    }

    /** Trains from initial weights drawn with the seed. Throws {@link UserError} if the loss is not finite. */
    public LeNetWeights train(LabelledImages images, long seed, Progress progress) {
        var weights = LeNetWeights.initial(images.shape(), images.classes(), seed);
        var source = new ShuffledImages(images, seed);
        var graphs = List.of(new LeNetGraph(weights), new LeNetGraph(weights));
        var threads = Executors.newFixedThreadPool(SHARDS);
        try (var bar = progress.bar("train LeNet", steps, "steps")) {
            var adam = new Adam(weights.flat());
            for (int step = 0; step < steps; step++) {
                var gradient = gradient(graphs, threads, source);
                double loss = gradient.loss() / batch;
                if (!Double.isFinite(loss)) {
                    throw new UserError("cannot train LeNet: expected a finite loss, got " + loss + " at step " + step
                            + " (lower evaluate.classifier.learning-rate)");
                }
                adam.update(gradient.flat(), learningRate * Math.min(1, 2.0 * (steps - step) / steps));
                graphs.forEach(graph -> graph.load(weights.flat()));
                bar.step(1);
                bar.values(Map.of("loss", loss));
            }
        } finally {
            threads.shutdown();
            graphs.forEach(LeNetGraph::close);
        }
        return weights;
    }

    private LeNetGraph.Gradient gradient(List<LeNetGraph> graphs, ExecutorService threads, ShuffledImages source) {
        var running = new ArrayList<Future<LeNetGraph.Gradient>>();
        for (var graph : graphs) {
            var labels = new int[batch / SHARDS];
            var pixels = new float[labels.length * source.size()];
            source.read(pixels, labels);
            running.add(threads.submit(() -> graph.gradient(pixels, labels)));
        }
        var sum = result(running.get(0));
        double loss = sum.loss();
        for (var future : running.subList(1, running.size())) {
            var part = result(future);
            loss += part.loss();
            for (int i = 0; i < sum.flat().length; i++) {
                sum.flat()[i] += part.flat()[i];
            }
        }
        return new LeNetGraph.Gradient(loss, sum.flat());
    }

    private static LeNetGraph.Gradient result(Future<LeNetGraph.Gradient> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("training of LeNet interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("training of LeNet failed", e.getCause());
        }
    }

    /** Adam (Kingma and Ba 2015) on the mean of a summed gradient, in place. */
    private final class Adam {
        private final float[] parameters;
        private final double[] first;
        private final double[] second;
        private int count;

        Adam(float[] parameters) {
            this.parameters = parameters;
            this.first = new double[parameters.length];
            this.second = new double[parameters.length];
        }

        void update(float[] summed, double rate) {
            count++;
            double scale = rate / (1 - Math.pow(BETA1, count));
            double correction = 1 - Math.pow(BETA2, count);
            for (int i = 0; i < parameters.length; i++) {
                double gradient = (double) summed[i] / batch;
                first[i] += (1 - BETA1) * (gradient - first[i]);
                second[i] += (1 - BETA2) * (gradient * gradient - second[i]);
                parameters[i] -= (float) (scale * first[i] / (Math.sqrt(second[i] / correction) + EPSILON));
            }
        }
    }
}
