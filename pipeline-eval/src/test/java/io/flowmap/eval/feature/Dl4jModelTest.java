package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.tensor.CounterRandom;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Features of networks of Deeplearning4j against plain loops, and of Keras' files against NumPy and SciPy. */
class Dl4jModelTest {
    private static final int H = 8;
    private static final int W = 6;
    private static final int COUNT = 35;
    private static final Dl4jModel.Input PLAIN =
            new Dl4jModel.Input(0, false, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

    @TempDir
    Path dir;

    @Test
    void layersOfAMultiLayerNetworkMatchPlainLoops() throws IOException {
        var network = Dl4jFiles.layers(H, W, 3);
        var file = dir.resolve("net.zip");
        ModelSerializer.writeModel(network, file.toFile(), true);
        var shape = new LatentShape(3, H, W);
        var input = new Dl4jModel.Input(0, false, List.of(0.5, 0.4, 0.3), List.of(0.2, 0.25, 0.5));
        byte[] images = images(shape);
        var model = open(file, "d", shape, input);
        assertThat(model.dimension()).isEqualTo(6);
        assertThat(model.classes()).isEqualTo(4);
        assertThat(model.name()).isEqualTo("net-d");
        try (var opened = model.open()) {
            var features = opened.apply(images, COUNT);
            for (int n = 0; n < COUNT; n++) {
                double[][][] c =
                        convolution(pixels(images, n, shape, input), network.getParam("0_W"), network.getParam("0_b"));
                double[] d = dense(maxima(c), network.getParam("2_W"), network.getParam("2_b"));
                double[] logits = new double[4];
                double sum = 0;
                for (int i = 0; i < 6; i++) {
                    d[i] = Math.tanh(d[i]);
                    assertThat((double) features.features()[n * 6 + i]).isCloseTo(d[i], within(1e-5));
                }
                logits = dense(d, network.getParam("3_W"), network.getParam("3_b"));
                for (double logit : logits) {
                    sum += Math.exp(logit);
                }
                for (int k = 0; k < 4; k++) {
                    assertThat((double) features.logProbabilities()[n * 4 + k])
                            .isCloseTo(logits[k] - Math.log(sum), within(1e-5));
                }
            }
        }
        try (var opened = open(file, "c", shape, input).open()) {
            double[][][] c =
                    convolution(pixels(images, 1, shape, input), network.getParam("0_W"), network.getParam("0_b"));
            for (int k = 0; k < 4; k++) {
                assertThat((double) opened.apply(images, 2).features()[4 + k]).isCloseTo(mean(c[k]), within(1e-5));
            }
        }
    }

    @Test
    void verticesOfAGraphMatchPlainLoopsAndGreyImagesAreRepeated() throws IOException {
        var graph = Dl4jFiles.graph(H, W, 3);
        graph.getParam("n_mean").assign(0.1);
        graph.getParam("n_gamma").assign(1.5);
        var file = dir.resolve("graph.zip");
        ModelSerializer.writeModel(graph, file.toFile(), false);
        var grey = new LatentShape(1, H, W);
        byte[] images = images(grey);
        var model = open(file, "", grey, PLAIN);
        assertThat(model.classes()).isEqualTo(1);
        assertThat(model.layer()).isEqualTo("means");
        try (var opened = model.open()) {
            var features = opened.apply(images, COUNT).features();
            double deviation =
                    Math.sqrt(Math.pow(10, 2 * graph.getParam("n_log10stdev").getDouble(0)) + 1e-5);
            for (int n = 0; n < COUNT; n++) {
                double[][][] a =
                        convolution(pixels(images, n, grey, PLAIN), graph.getParam("a_W"), graph.getParam("a_b"));
                double[][][] b =
                        convolution(pixels(images, n, grey, PLAIN), graph.getParam("b_W"), graph.getParam("b_b"));
                for (int k = 0; k < 5; k++) {
                    double expected = mean(a[k]) + (mean(b[k]) - 0.1) / deviation * 1.5;
                    assertThat((double) features[n * 5 + k]).isCloseTo(expected, within(2e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"sequential.h5, '', softmax", "sequential.h5, conv2, conv2", "functional.h5, '', gap"})
    void filesOfKerasGiveWhatNumpyAndScipyCompute(String name, String layer, String values) throws IOException {
        var shape = new LatentShape(3, 12, 10);
        byte[] images = new byte[2 * shape.size()];
        for (int n = 0; n < 2; n++) {
            for (int p = 0; p < shape.size(); p++) {
                int c = p / 120;
                images[n * shape.size() + p] = (byte) (7 * n + 31 * (p % 120 / 10) + 17 * (p % 10) + 101 * c);
            }
        }
        var model = open(resource(name), layer, shape, PLAIN);
        JsonNode expected;
        try (var in = getClass().getResourceAsStream("/keras/expected.json")) {
            expected = Json.mapper().readTree(in).path(values);
        }
        assertThat(model.dimension()).isEqualTo(expected.get(0).size());
        try (var opened = model.open()) {
            var features = opened.apply(images, 2).features();
            for (int i = 0; i < features.length; i++) {
                double value = expected.get(i / model.dimension())
                        .get(i % model.dimension())
                        .asDouble();
                assertThat((double) features[i]).isCloseTo(value, within(1e-5));
            }
        }
    }

    /** As networks for MNIST are often written: the image as one vector, or as one that the first layer takes apart. */
    @Test
    void networksOfVectorsTakeImagesAsVectors() throws IOException {
        var grey = new LatentShape(1, H, W);
        byte[] images = images(grey);
        var dense = Dl4jFiles.dense(InputType.feedForward(H * W));
        var flat = Dl4jFiles.flat(H, W);
        try (var ofDense = open(written(dense, "dense.zip"), "", grey, PLAIN).open();
                var ofFlat = open(written(flat, "flat.zip"), "c", grey, PLAIN).open()) {
            var features = ofDense.apply(images, 3).features();
            var means = ofFlat.apply(images, 3).features();
            for (int n = 0; n < 3; n++) {
                var pixels = pixels(images, n, grey, PLAIN)[0];
                double[] x =
                        Arrays.stream(pixels).flatMapToDouble(Arrays::stream).toArray();
                double[] y = dense(x, dense.getParam("0_W"), dense.getParam("0_b"));
                for (int k = 0; k < 5; k++) {
                    assertThat((double) features[n * 5 + k]).isCloseTo(Math.tanh(y[k]), within(1e-5));
                }
                double[][][] c = convolution(new double[][][] {pixels}, flat.getParam("0_W"), flat.getParam("0_b"));
                for (int k = 0; k < 4; k++) {
                    assertThat((double) means[n * 4 + k]).isCloseTo(mean(c[k]), within(1e-5));
                }
            }
        }
        mistake(
                dir.resolve("dense.zip"),
                "",
                new LatentShape(1, H, H),
                PLAIN,
                "expected images of 48 values, got 1x8x8");
    }

    private Path written(MultiLayerNetwork network, String name) throws IOException {
        ModelSerializer.writeModel(network, dir.resolve(name).toFile(), false);
        return dir.resolve(name);
    }

    @Test
    void theRangeOfAnImageScalerInTheFileCounts() throws IOException {
        var file = Dl4jFiles.layers(dir.resolve("net.zip"), H, W, 3);
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeUTF("NORMALIZER");
        out.writeInt(1);
        out.writeUTF("IMAGE_MIN_MAX");
        for (double value : new double[] {-1, 1, 255}) {
            out.writeDouble(value);
        }
        var shape = new LatentShape(3, H, W);
        var half = new Dl4jModel.Input(0, false, List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));
        byte[] images = images(shape);
        float[] expected;
        try (var opened = open(file, "d", shape, half).open()) {
            expected = opened.apply(images, COUNT).features();
        }
        Dl4jFiles.with(file, Map.of("normalizer.bin", bytes.toByteArray()));
        var model = open(file, "d", shape, PLAIN);
        assertThat(model.preparation())
                .isEqualTo("bicubic 8x6 as PIL, (x/255 - [0.5, 0.5, 0.5])/[0.5, 0.5, 0.5], layer d");
        try (var opened = model.open()) {
            assertThat(opened.apply(images, COUNT).features()).containsExactly(expected);
        }
    }

    /** Swapping the colours of the images and the order of the network gives the same. */
    @Test
    void blueFirstTurnsTheColoursRound() throws IOException {
        var file = Dl4jFiles.layers(dir.resolve("net.zip"), H, W, 3);
        var shape = new LatentShape(3, H, W);
        byte[] images = images(shape);
        byte[] turned = new byte[images.length];
        for (int i = 0; i < images.length; i++) {
            int image = i / shape.size() * shape.size();
            int colour = (i - image) / (H * W);
            turned[image + (2 - colour) * H * W + (i - image) % (H * W)] = images[i];
        }
        try (var plain = open(file, "d", shape, PLAIN).open();
                var bgr = open(file, "d", shape, new Dl4jModel.Input(0, true, PLAIN.mean(), PLAIN.deviation()))
                        .open()) {
            assertThat(bgr.apply(turned, COUNT).features())
                    .containsExactly(plain.apply(images, COUNT).features());
        }
    }

    @Test
    void whatDoesNotFitIsTheUsersMistake() throws IOException {
        var file = Dl4jFiles.layers(dir.resolve("net.zip"), H, H, 3);
        var shape = new LatentShape(3, H, H);
        mistake(file, "x", shape, PLAIN, "expected one of the layers [c, layer1, d, layer3], got x");
        mistake(file, "d", shape, new Dl4jModel.Input(5, false, PLAIN.mean(), PLAIN.deviation()), "evaluate.dl4j.side");
        mistake(
                Files.write(dir.resolve("a.h5"), new byte[] {1, 2, 3}),
                "",
                shape,
                PLAIN,
                "expected a network of Deeplearning4j (.zip) or Keras (.h5), got ");
        mistake(Files.write(dir.resolve("a.zip"), new byte[] {'P', 'K', 3, 4}), "", shape, PLAIN, "cannot read");
        mistake(
                resource("sequential.h5"),
                "",
                new LatentShape(1, 12, 10),
                sized(PLAIN, 20),
                "expected evaluate.dl4j.side = 0");
        mistake(resource("lambda.h5"), "", new LatentShape(3, 12, 10), PLAIN, "Lambda");
        byte[] half = Files.readAllBytes(resource("functional.h5"));
        mistake(
                Files.write(dir.resolve("half.h5"), Arrays.copyOf(half, half.length / 2)),
                "",
                new LatentShape(3, 12, 10),
                PLAIN,
                "cannot read");
    }

    private void mistake(Path file, String layer, LatentShape shape, Dl4jModel.Input input, String... words) {
        assertThatThrownBy(() -> open(file, layer, shape, input))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(words);
    }

    private Path resource(String name) throws IOException {
        try (var in = getClass().getResourceAsStream("/keras/" + name)) {
            return Files.write(dir.resolve(name), in.readAllBytes());
        }
    }

    private static Dl4jModel.Input sized(Dl4jModel.Input input, int side) {
        return new Dl4jModel.Input(side, input.bgr(), input.mean(), input.deviation());
    }

    private static Dl4jModel open(Path file, String layer, LatentShape shape, Dl4jModel.Input input) {
        return Dl4jModel.open(new Configuration(), new org.apache.hadoop.fs.Path(file.toString()), layer, shape, input);
    }

    private static byte[] images(LatentShape shape) {
        var images = new byte[COUNT * shape.size()];
        for (int i = 0; i < images.length; i++) {
            images[i] = (byte) new CounterRandom(2).below(256, i);
        }
        return images;
    }

    private static double[][][] pixels(byte[] images, int n, LatentShape shape, Dl4jModel.Input input) {
        var pixels = new double[3][H][W];
        for (int c = 0; c < 3; c++) {
            for (int p = 0; p < H * W; p++) {
                int value = images[n * shape.size() + c % shape.channels() * H * W + p] & 0xff;
                pixels[c][p / W][p % W] = (value / 255.0 - input.mean().get(c))
                        / input.deviation().get(c);
            }
        }
        return pixels;
    }

    /** A 3x3 convolution that keeps the size, and max(0, x); weights are [out, in, 3, 3]. */
    private static double[][][] convolution(double[][][] x, INDArray weights, INDArray bias) {
        int out = (int) weights.size(0);
        var y = new double[out][H][W];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < H; i++) {
                for (int j = 0; j < W; j++) {
                    double sum = bias.getDouble(o);
                    for (int c = 0; c < x.length; c++) {
                        for (int k = 0; k < 9; k++) {
                            int row = i + k / 3 - 1;
                            int column = j + k % 3 - 1;
                            if (row >= 0 && row < H && column >= 0 && column < W) {
                                sum += weights.getDouble(o, c, k / 3, k % 3) * x[c][row][column];
                            }
                        }
                    }
                    y[o][i][j] = Math.max(0, sum);
                }
            }
        }
        return y;
    }

    private static double[] maxima(double[][][] x) {
        var maxima = new double[x.length * (H / 2) * (W / 2)];
        for (int i = 0; i < maxima.length; i++) {
            int c = i / (H / 2 * (W / 2));
            int row = i / (W / 2) % (H / 2) * 2;
            int column = i % (W / 2) * 2;
            maxima[i] = Math.max(
                    Math.max(x[c][row][column], x[c][row][column + 1]),
                    Math.max(x[c][row + 1][column], x[c][row + 1][column + 1]));
        }
        return maxima;
    }

    private static double[] dense(double[] x, INDArray weights, INDArray bias) {
        var y = new double[(int) weights.size(1)];
        for (int o = 0; o < y.length; o++) {
            y[o] = bias.getDouble(o);
            for (int i = 0; i < x.length; i++) {
                y[o] += weights.getDouble(i, o) * x[i];
            }
        }
        return y;
    }

    private static double mean(double[][] plane) {
        double sum = 0;
        for (double[] row : plane) {
            for (double value : row) {
                sum += value;
            }
        }
        return sum / (H * W);
    }
}
