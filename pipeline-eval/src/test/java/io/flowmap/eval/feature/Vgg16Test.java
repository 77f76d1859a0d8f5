package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.tensor.CounterRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A narrow VGG16 in both layouts. */
class Vgg16Test {
    private static final int[] WIDTHS = {3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7};
    private static final int[] NUMBERS = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] DEVIATION = {0.229, 0.224, 0.225};
    private static final int SIDE = 64;

    @TempDir
    Path dir;

    @Test
    void torchvisionsWeightsGiveWhatPlainLoopsCompute() {
        var arrays = arrays();
        var model = Vgg16Model.of(
                Vgg16Weights.read(new StateDict("VGG16", "file", arrays), "hash", false),
                new LatentShape(3, SIDE, SIDE));
        assertThat(model.images().height()).isEqualTo(SIDE);
        assertThat(model.name()).isEqualTo("VGG16-torchvision");
        var images = new byte[5 * 3 * SIDE * SIDE];
        for (int i = 0; i < images.length; i++) {
            images[i] = (byte) new CounterRandom(5).below(256, i);
        }
        try (var network = model.open()) {
            var features = network.apply(images, 5).features();
            assertThat(features).hasSize(5 * 8);
            for (int n : new int[] {0, 4}) {
                double[] expected = features(arrays, images, n);
                double largest = Arrays.stream(expected).max().orElseThrow();
                assertThat(largest).isPositive();
                for (int k = 0; k < 8; k++) {
                    assertThat((double) features[n * 8 + k]).isCloseTo(expected[k], within(1e-5 * largest));
                }
            }
        }
    }

    @Test
    void kerasWeightsGiveWhatScipyComputes() throws IOException {
        var model = Vgg16Model.open(
                new Configuration(),
                new org.apache.hadoop.fs.Path(resource().toString()),
                new LatentShape(3, SIDE, SIDE));
        assertThat(model.name()).isEqualTo("VGG16-keras");
        var image = new byte[3 * SIDE * SIDE];
        for (int p = 0; p < image.length; p++) {
            int c = p / (SIDE * SIDE);
            int i = p / SIDE % SIDE;
            int j = p % SIDE;
            image[p] = (byte) (29 * i + 13 * j + 101 * c + i * j % 7 * 11);
        }
        try (var in = getClass().getResourceAsStream("/keras/vgg16.json");
                var network = model.open()) {
            double[] expected = Json.mapper().readValue(in, double[].class);
            var features = network.apply(image, 1).features();
            assertThat(features).hasSize(expected.length);
            for (int k = 0; k < expected.length; k++) {
                assertThat((double) features[k]).isCloseTo(expected[k], within(1e-5 * 42.5));
            }
        }
    }

    @Test
    void otherNetworksAreTheUsersMistake() throws IOException {
        var arrays = arrays();
        arrays.put("features.30.weight", TensorData.of(new float[9], 0, 1, 1, 3, 3));
        assertThatThrownBy(() -> Vgg16Weights.read(new StateDict("VGG16", "file", arrays), "hash", false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("features.30.weight");
        arrays.remove("features.30.weight");
        arrays.remove("features.28.bias");
        assertThatThrownBy(() -> Vgg16Weights.read(new StateDict("VGG16", "file", arrays), "hash", false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("features.28.bias");
        try (var in = getClass().getResourceAsStream("/keras/functional.h5")) {
            var other = Files.write(dir.resolve("other.h5"), in.readAllBytes());
            assertThatThrownBy(() -> Vgg16Model.open(
                            new Configuration(),
                            new org.apache.hadoop.fs.Path(other.toString()),
                            new LatentShape(3, SIDE, SIDE)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("block1_conv1.kernel");
        }
    }

    private Path resource() throws IOException {
        try (var in = getClass().getResourceAsStream("/keras/vgg16.h5")) {
            return Files.write(dir.resolve("vgg16.h5"), in.readAllBytes());
        }
    }

    private static Map<String, TensorData> arrays() {
        var arrays = new LinkedHashMap<String, TensorData>();
        int in = 3;
        for (int i = 0; i < WIDTHS.length; i++) {
            put(arrays, "features." + NUMBERS[i], Math.sqrt(2.0 / (9 * in)), WIDTHS[i], in, 3, 3);
            in = WIDTHS[i];
        }
        put(arrays, "classifier.0", Math.sqrt(2.0 / 28), 9, 28);
        put(arrays, "classifier.3", Math.sqrt(2.0 / 9), 8, 9);
        put(arrays, "classifier.6", 1, 10, 8);
        return arrays;
    }

    private static void put(Map<String, TensorData> arrays, String name, double scale, long... shape) {
        int size = 1;
        for (long side : shape) {
            size *= (int) side;
        }
        var weight = new float[size];
        var bias = new float[(int) shape[0]];
        var random = new CounterRandom(name.hashCode());
        random.gaussians(weight, 0, size, 0);
        random.gaussians(bias, 0, bias.length, 1);
        for (int i = 0; i < size; i++) {
            weight[i] *= (float) scale;
        }
        for (int i = 0; i < bias.length; i++) {
            bias[i] *= 0.1f;
        }
        arrays.put(name + ".weight", TensorData.of(weight, 0, shape));
        arrays.put(name + ".bias", TensorData.of(bias, 0, shape[0]));
    }

    private static double[] features(Map<String, TensorData> arrays, byte[] images, int n) {
        int side = SIDE;
        var x = new double[3][side * side];
        for (int c = 0; c < 3; c++) {
            for (int p = 0; p < side * side; p++) {
                x[c][p] = ((images[(n * 3 + c) * side * side + p] & 0xff) / 255.0 - MEAN[c]) / DEVIATION[c];
            }
        }
        for (int i = 0; i < WIDTHS.length; i++) {
            x = convolution(
                    x,
                    side,
                    arrays.get("features." + NUMBERS[i] + ".weight").floats(),
                    arrays.get("features." + NUMBERS[i] + ".bias").floats());
            if (i == 1 || i == 3 || i == 6 || i == 9 || i == 12) {
                x = halved(x, side);
                side /= 2;
            }
        }
        var flat = new double[x.length * side * side];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = x[i / (side * side)][i % (side * side)];
        }
        return dense(dense(flat, arrays, "classifier.0"), arrays, "classifier.3");
    }

    private static double[][] convolution(double[][] x, int side, float[] weight, float[] bias) {
        var y = new double[bias.length][side * side];
        for (int o = 0; o < bias.length; o++) {
            for (int p = 0; p < side * side; p++) {
                double sum = bias[o];
                for (int c = 0; c < x.length; c++) {
                    for (int k = 0; k < 9; k++) {
                        int row = p / side + k / 3 - 1;
                        int column = p % side + k % 3 - 1;
                        if (row >= 0 && row < side && column >= 0 && column < side) {
                            sum += weight[(o * x.length + c) * 9 + k] * x[c][row * side + column];
                        }
                    }
                }
                y[o][p] = Math.max(0, sum);
            }
        }
        return y;
    }

    private static double[][] halved(double[][] x, int side) {
        int half = side / 2;
        var y = new double[x.length][half * half];
        for (int c = 0; c < x.length; c++) {
            for (int p = 0; p < half * half; p++) {
                int at = p / half * 2 * side + p % half * 2;
                y[c][p] = Math.max(Math.max(x[c][at], x[c][at + 1]), Math.max(x[c][at + side], x[c][at + side + 1]));
            }
        }
        return y;
    }

    private static double[] dense(double[] x, Map<String, TensorData> arrays, String name) {
        var weight = arrays.get(name + ".weight").floats();
        var bias = arrays.get(name + ".bias").floats();
        var y = new double[bias.length];
        for (int o = 0; o < y.length; o++) {
            y[o] = bias[o];
            for (int i = 0; i < x.length; i++) {
                y[o] += weight[o * x.length + i] * x[i];
            }
            y[o] = Math.max(0, y[o]);
        }
        return y;
    }
}
