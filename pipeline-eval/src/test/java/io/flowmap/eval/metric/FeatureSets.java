package io.flowmap.eval.metric;

import io.flowmap.tensor.CounterRandom;
import io.flowmap.testing.Npy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Feature sets for tests, and the metrics of sets in memory. */
public final class FeatureSets {
    private FeatureSets() {}

    public static List<FeatureBlock> blocks(Npy array, int rows) {
        return blocks(array.floats(), Math.toIntExact(array.shape()[1]), rows);
    }

    public static List<FeatureBlock> blocks(float[] features, int dimension, int rows) {
        var blocks = new ArrayList<FeatureBlock>();
        for (int from = 0; from < features.length; from += rows * dimension) {
            int to = Math.min(features.length, from + rows * dimension);
            blocks.add(new FeatureBlock(blocks.size(), dimension, Arrays.copyOfRange(features, from, to)));
        }
        return blocks;
    }

    /** Gaussian features, the first coordinates correlated and the last one constant. */
    static float[] gaussian(int rows, int dimension, long seed) {
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

    public static double[] precisionAndRecall(List<FeatureBlock> real, List<FeatureBlock> generated, int k) {
        var realRadii = radii(real, k);
        var generatedRadii = radii(generated, k);
        double inReal = 0;
        double inGenerated = 0;
        for (int j = 0; j < generated.size(); j++) {
            var covered = new BitSet();
            for (int i = 0; i < real.size(); i++) {
                covered.or(BallCoverage.of(real.get(i), realRadii.get(i), generated.get(j), generatedRadii.get(j))
                        .generated());
            }
            inReal += covered.cardinality();
        }
        for (int i = 0; i < real.size(); i++) {
            var covered = new BitSet();
            for (int j = 0; j < generated.size(); j++) {
                covered.or(BallCoverage.of(real.get(i), realRadii.get(i), generated.get(j), generatedRadii.get(j))
                        .real());
            }
            inGenerated += covered.cardinality();
        }
        return new double[] {
            inReal / generated.stream().mapToInt(FeatureBlock::rows).sum(),
            inGenerated / real.stream().mapToInt(FeatureBlock::rows).sum()
        };
    }

    private static List<double[]> radii(List<FeatureBlock> set, int k) {
        return set.stream()
                .map(from -> set.stream()
                        .map(to -> NearestDistances.within(from, to, k))
                        .reduce(NearestDistances::merge)
                        .orElseThrow()
                        .squaredRadii())
                .toList();
    }
}
