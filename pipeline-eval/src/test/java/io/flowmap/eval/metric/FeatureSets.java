package io.flowmap.eval.metric;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.KernelDistance;
import io.flowmap.eval.distance.KernelSubsets;
import io.flowmap.eval.distance.Moments;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.testing.Npy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Feature sets for tests, and the metrics of sets in memory. */
public final class FeatureSets {
    private FeatureSets() {}

    public static List<FeatureBlock> blocks(Npy array, int rows) {
        return blocks(array.floats(), Math.toIntExact(array.shape()[1]), rows);
    }

    public static List<FeatureBlock> blocks(float[] features, int dimension, int rows) {
        var blocks = new ArrayList<FeatureBlock>();
        int length = (int) Math.min(features.length, (long) rows * dimension);
        for (int from = 0; from < features.length; from += length) {
            int to = Math.min(features.length, from + length);
            blocks.add(new FeatureBlock(blocks.size(), dimension, Arrays.copyOfRange(features, from, to)));
        }
        return blocks;
    }

    /** Gaussian features; the first coordinates are correlated and the last one is constant. */
    public static float[] gaussian(int rows, int dimension, long seed) {
        var features = new float[rows * dimension];
        new CounterRandom(seed).gaussians(features, 0, features.length, 1);
        for (int i = 0; i < rows; i++) {
            features[i * dimension] += 2 * features[i * dimension + 1] + 10;
            features[i * dimension + dimension - 1] = 0;
        }
        return features;
    }

    public static Moments moments(List<FeatureBlock> blocks) {
        var moments = Moments.empty(blocks.get(0).dimension());
        for (var block : blocks) {
            moments = moments.add(block);
        }
        return moments;
    }

    /** Kernel distance over subsets of sets in one block each. */
    static KernelDistance kernelDistance(FeatureBlock real, FeatureBlock generated, KernelSubsets subsets) {
        var estimates = new double[subsets.count()];
        for (int i = 0; i < estimates.length; i++) {
            estimates[i] = KernelDistance.between(
                            List.of(real.select(subsets.real()[i])), List.of(generated.select(subsets.generated()[i])))
                    .mean();
        }
        return KernelDistance.ofSubsets(estimates);
    }
}
