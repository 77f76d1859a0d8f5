package io.flowmap.model;

import io.flowmap.checkpoint.WeightStore;
import io.flowmap.checkpoint.foreign.WeightFolder;
import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.nn.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Arrays of a frozen foreign network, mapped from its safetensors files in the type that they have there, once for each JVM.
 *
 * @param arrays read-only arrays by the names of the network's parameters
 * @param hash SHA-256 over the hashes of the files, in the order of their names
 */
public record FrozenWeights(Map<String, INDArray> arrays, String hash) {
    /**
     * Maps the weights of a network.
     *
     * @param network what the files should hold, for messages: "a T5 encoder"
     * @param place a folder, a file or the index of shards
     * @param parameters the network's parameters
     * @param names parameter of an array in the files, null for an array that the network has no use for
     * @throws UserError if a file cannot be read; or if arrays are missing, unknown or of another shape, naming them all
     */
    public static FrozenWeights open(
            Configuration hadoop, String network, Path place, List<Parameter> parameters, UnaryOperator<String> names) {
        var found = new TreeMap<String, INDArray>();
        var hashes = new StringBuilder();
        for (var file : WeightFolder.files(hadoop, network, place)) {
            var kept = WeightStore.ofThisJvm().keep(hadoop, file);
            found.putAll(kept.arrays());
            hashes.append(kept.sha256());
        }
        try {
            var hash = Sha256.of(hashes.toString().getBytes(StandardCharsets.US_ASCII));
            return new FrozenWeights(matched(found, parameters, names), hash);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + network + " from " + place + ": " + e.getMessage(), e);
        }
    }

    /**
     * The arrays under the names of the parameters. Trailing dimensions of 1 may be missing or added: a 1x1 convolution may be stored as a
     * linear map. Throws {@link IllegalArgumentException} that names every array that is missing, unknown or of another shape.
     */
    static Map<String, INDArray> matched(
            Map<String, INDArray> found, List<Parameter> parameters, UnaryOperator<String> names) {
        var wanted = new TreeMap<String, Parameter>();
        parameters.forEach(parameter -> wanted.put(parameter.name(), parameter));
        var missing = new TreeMap<>(wanted);
        var matched = new HashMap<String, INDArray>();
        var mistakes = new ArrayList<String>();
        found.forEach((name, array) -> {
            var own = names.apply(name);
            if (own == null) {
                return;
            }
            var parameter = wanted.get(own);
            missing.remove(own);
            if (parameter == null) {
                mistakes.add(name + " is unknown");
            } else if (!Arrays.equals(stripped(array.shape()), stripped(parameter.shape()))) {
                mistakes.add(name + " has shape " + Arrays.toString(array.shape()) + ", expected "
                        + Arrays.toString(parameter.shape()));
            } else if (!array.dataType().isFPType()) {
                mistakes.add(name + " has type " + array.dataType() + ", expected floating point");
            } else {
                var earlier = matched.put(own, array.reshape('c', parameter.shape()));
                if (earlier != null && !earlier.equals(matched.get(own))) {
                    mistakes.add(name + " differs from the array of its other name");
                }
            }
        });
        missing.values()
                .forEach(parameter ->
                        mistakes.add(parameter.name() + " " + Arrays.toString(parameter.shape()) + " is missing"));
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(mistakes.size() + " arrays do not fit: " + String.join("; ", mistakes));
        }
        return matched;
    }

    private static long[] stripped(long[] shape) {
        int rank = shape.length;
        while (rank > 1 && shape[rank - 1] == 1) {
            rank--;
        }
        return Arrays.copyOf(shape, rank);
    }
}
