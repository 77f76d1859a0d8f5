package io.flowmap.eval.feature;

import io.flowmap.checkpoint.FrozenArrays;
import io.flowmap.checkpoint.StateDict;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the arrays of a network from its dictionary. The batch normalisation after a convolution is folded into it in float64: w gain /
 * sqrt(variance + epsilon) and bias - mean gain / sqrt(variance + epsilon).
 */
final class FoldedArrays {
    private final StateDict dict;
    private final String prefix;
    private final double epsilon;
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final Map<String, double[]> values = new HashMap<>();

    /**
     * @param prefix prefix of all names in the dictionary
     * @param epsilon epsilon of the normalisations
     */
    FoldedArrays(StateDict dict, String prefix, double epsilon) {
        this.dict = dict;
        this.prefix = prefix;
        this.epsilon = epsilon;
    }

    /** Reads a convolution [out,in,kh,kw] and its normalisation; stores them as "convolution.weight" and "convolution.bias" [out]. */
    void fold(String convolution, String norm, long... shape) {
        int out = Math.toIntExact(shape[0]);
        var weight = dict.take(prefix + convolution + ".weight", shape);
        var gain = dict.take(prefix + norm + ".weight", out);
        var bias = dict.take(prefix + norm + ".bias", out);
        var mean = dict.take(prefix + norm + ".running_mean", out);
        var variance = dict.take(prefix + norm + ".running_var", out);
        if (dict.has(prefix + norm + ".num_batches_tracked")) {
            dict.take(prefix + norm + ".num_batches_tracked");
        }
        for (int i = 0; i < weight.length; i++) {
            int channel = i / (weight.length / out);
            weight[i] *= gain[channel] / Math.sqrt(variance[channel] + epsilon);
        }
        for (int channel = 0; channel < out; channel++) {
            bias[channel] -= mean[channel] * gain[channel] / Math.sqrt(variance[channel] + epsilon);
        }
        keep(convolution + ".weight", weight, shape);
        keep(convolution + ".bias", bias, out);
    }

    /** Reads an array without change. */
    void take(String name, long... shape) {
        keep(name, dict.take(prefix + name, shape), shape);
    }

    /** All arrays read. Fails if the dictionary has others. */
    FrozenArrays all() {
        dict.requireAllTaken();
        return FrozenArrays.of(shapes, values);
    }

    private void keep(String name, double[] array, long... shape) {
        shapes.put(name, shape);
        values.put(name, array);
    }
}
