package io.flowmap.eval.feature;

import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.tensor.CounterRandom;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file of InceptionV3's weights with random values of the right size, for tests of the code around the network. */
public final class InceptionFile implements InceptionV3.Layers<Integer> {
    private final Map<String, TensorData> arrays = new LinkedHashMap<>();
    private final CounterRandom random = new CounterRandom(1);

    private InceptionFile() {}

    public static void write(Path file) throws IOException {
        var arrays = new InceptionFile();
        int features = new InceptionV3<>(arrays).blocks(3, 4).get(3);
        arrays.put("fc.weight", 0, Math.sqrt(1.0 / features), InceptionWeights.CLASSES, features);
        arrays.put("fc.bias", 0, 0, InceptionWeights.CLASSES);
        try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
            SafeTensors.write(out, arrays.arrays, Map.of());
        }
    }

    @Override
    public Integer conv(
            Integer in, String name, int out, int rows, int columns, int stride, int padRows, int padColumns) {
        put(name + ".conv.weight", 0, Math.sqrt(6.0 / in / rows / columns), out, in, rows, columns);
        put(name + ".bn.weight", 1, 0, out);
        put(name + ".bn.bias", 0, 0.1, out);
        put(name + ".bn.running_mean", 0, 0.1, out);
        put(name + ".bn.running_var", 1, 0, out);
        return out;
    }

    @Override
    public Integer convOfMeans(Integer in, String name, int out) {
        return conv(in, name, out, 1, 1, 1, 0, 0);
    }

    @Override
    public Integer maxPool(Integer in, int stride, int pad) {
        return in;
    }

    @Override
    public Integer concat(List<Integer> parts) {
        return parts.stream().mapToInt(Integer::intValue).sum();
    }

    /** Uniform values around a centre. */
    private void put(String name, double middle, double reach, long... shape) {
        var values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (middle + reach * (2 * random.uniform(arrays.size(), i) - 1));
        }
        arrays.put(name, TensorData.of(values, 0, shape));
    }
}
