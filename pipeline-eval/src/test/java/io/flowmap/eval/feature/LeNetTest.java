package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.stage.Progress;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeNetTest {
    private static final Progress PROGRESS = Progress.log(Clock.systemUTC());

    @Test
    void gradientMatchesCentralDifference() {
        var shape = new LatentShape(2, 16, 18);
        var weights = LeNetWeights.initial(shape, 4, 5);
        var random = new CounterRandom(6);
        var pixels = new float[3 * shape.size()];
        random.gaussians(pixels, 0, pixels.length, 1);
        var labels = new int[] {0, 3, 1};
        var direction = new float[weights.flat().length];
        random.gaussians(direction, 0, direction.length, 2);
        try (var graph = new LeNetGraph(weights)) {
            var gradient = graph.gradient(pixels, labels).flat();
            for (var entry : weights.layout().entries()) {
                double derivative = 0;
                for (int i = (int) entry.offset(); i < entry.offset() + entry.length(); i++) {
                    derivative += (double) gradient[i] * direction[i];
                }
                double difference = difference(graph, weights, direction, entry, pixels, labels);
                assertThat(derivative)
                        .as(entry.name())
                        .isCloseTo(difference, within(0.02 * Math.abs(difference) + 1e-2));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 16, 16", "3, 32, 32", "1, 28, 28", "3, 64, 64", "3, 17, 31"})
    void anyImageShapeGivesFeaturesAndLogProbabilities(int channels, int height, int width) {
        var shape = new LatentShape(channels, height, width);
        try (var network = new LeNet(LeNetWeights.initial(shape, 10, 1))) {
            var features = network.apply(new byte[2 * shape.size()], 2);
            assertThat(features.features()).hasSize(2 * network.model().dimension());
            double sum = 0;
            for (int k = 0; k < 10; k++) {
                sum += Math.exp(features.logProbabilities()[k]);
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void featuresDoNotDependOnTheOtherImagesOfTheBatch() {
        var images = new StripedImages(8);
        var block = images.block(0);
        int size = images.shape().size();
        try (var network = new LeNet(LeNetWeights.initial(images.shape(), 4, 1))) {
            var together = network.apply(block.pixels(), 8).features();
            var alone = network.apply(Arrays.copyOfRange(block.pixels(), 3 * size, 4 * size), 1)
                    .features();
            for (int i = 0; i < alone.length; i++) {
                assertThat(together[3 * alone.length + i]).isCloseTo(alone[i], within(1e-4f));
            }
        }
    }

    @Test
    void trainingLearnsAndRepeatsToTheBit() {
        var training = new LeNetTraining(40, 32, 2e-3);
        var images = new StripedImages(200);
        var weights = training.train(images, 7, PROGRESS);
        assertThat(training.train(images, 7, PROGRESS).hash()).isEqualTo(weights.hash());
        assertThat(training.train(images, 8, PROGRESS).hash()).isNotEqualTo(weights.hash());
        var block = images.block(1);
        try (var network = new LeNet(weights)) {
            var features = network.apply(block.pixels(), block.labels().length);
            int right = 0;
            for (int i = 0; i < block.labels().length; i++) {
                right += features.predicted(i) == block.labels()[i] ? 1 : 0;
            }
            assertThat(right).isGreaterThan(block.labels().length * 9 / 10);
        }
    }

    @Test
    void weightsSurviveTheirFile() {
        var weights = LeNetWeights.initial(new LatentShape(3, 20, 16), 5, 9);
        var read = LeNetWeights.fromBytes(weights.toBytes(), "test");
        assertThat(read.shape()).isEqualTo(weights.shape());
        assertThat(read.flat()).containsExactly(weights.flat());
        assertThat(read.hash()).isEqualTo(weights.hash());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "channels | | metadata channels from 1 to 9999, got none",
                "height | many | metadata height from 1 to 9999, got many",
                "width | 4294967312 | metadata width from 1 to 9999, got 4294967312",
                "width | 0 | metadata width from 1 to 9999, got 0",
                "classes | -5 | metadata classes from 1 to 9999, got -5",
                "height | 9999 | an array dense.weight of shape",
                "classes | 6 | an array output.weight of shape [84, 6], got [84, 5]",
                "channels | 9999 | an array conv1.weight of shape [5, 5, 9999, 20], got [5, 5, 3, 20]",
                "channels | 1 | an array conv1.weight of shape [5, 5, 1, 20], got [5, 5, 3, 20]"
            })
    void aFileOfOtherSizesIsTheUsersMistakeAndNamesWhatIsWrong(String key, String value, String complaint)
            throws IOException {
        var metadata = new HashMap<>(sizes());
        metadata.put(key, value);
        metadata.values().remove(null);
        refuses(arrays(), metadata, complaint);
    }

    @Test
    void sizesOfImagesThatNoArrayHoldsAreTheUsersMistake() throws IOException {
        var metadata = Map.of("channels", "9999", "height", "9999", "width", "9999", "classes", "5");
        refuses(arrays(), metadata, "metadata of smaller images, got [9999, 9999, 9999, 5]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"conv1.bias", "output.weight"})
    void aFileOfOtherArraysIsTheUsersMistakeAndNamesOne(String name) throws IOException {
        var fewer = arrays();
        fewer.remove(name);
        refuses(fewer, sizes(), "an array " + name + " of shape ");
        var more = arrays();
        more.put("other." + name, TensorData.of(new float[2], 0, 2));
        refuses(more, sizes(), "no array other." + name + ", got one of shape [2]");
    }

    private static void refuses(Map<String, TensorData> arrays, Map<String, String> metadata, String complaint)
            throws IOException {
        var file = new ByteArrayOutputStream();
        SafeTensors.write(file, arrays, metadata);
        assertThatThrownBy(() -> LeNetWeights.fromBytes(file.toByteArray(), "lenet.safetensors"))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("cannot read a LeNet from lenet.safetensors: expected " + complaint);
    }

    private static Map<String, String> sizes() {
        return Map.of("channels", "3", "height", "20", "width", "16", "classes", "5");
    }

    private static Map<String, TensorData> arrays() {
        var weights = LeNetWeights.initial(new LatentShape(3, 20, 16), 5, 9);
        var arrays = new LinkedHashMap<String, TensorData>();
        for (var entry : weights.layout().entries()) {
            arrays.put(entry.name(), TensorData.of(weights.flat(), (int) entry.offset(), entry.shape()));
        }
        return arrays;
    }

    @Test
    void imagesTooSmallAreTheUsersMistake() {
        assertThatThrownBy(() -> LeNetWeights.initial(new LatentShape(1, 8, 8), 10, 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("16 pixels");
    }

    private static double difference(
            LeNetGraph graph,
            LeNetWeights weights,
            float[] direction,
            ParameterLayout.Entry entry,
            float[] pixels,
            int[] labels) {
        double step = 4e-3 / Math.sqrt(entry.length());
        var losses = new double[2];
        for (int side = 0; side < 2; side++) {
            var moved = weights.flat().clone();
            for (int i = (int) entry.offset(); i < entry.offset() + entry.length(); i++) {
                moved[i] += (float) ((2 * side - 1) * step * direction[i]);
            }
            graph.load(moved);
            losses[side] = graph.gradient(pixels, labels).loss();
        }
        graph.load(weights.flat());
        return (losses[1] - losses[0]) / (2 * step);
    }

    /** Four classes of noisy stripes, 16x16. */
    private record StripedImages(int rows) implements LabelledImages {
        @Override
        public LatentShape shape() {
            return new LatentShape(1, 16, 16);
        }

        @Override
        public int classes() {
            return 4;
        }

        @Override
        public int blocks() {
            return 2;
        }

        @Override
        public Block block(int number) {
            var random = new CounterRandom(number);
            var labels = new int[rows];
            var pixels = new byte[rows * 256];
            for (int i = 0; i < pixels.length; i++) {
                int row = i / 256;
                labels[row] = row % 4;
                int x = i % 16;
                int y = i / 16 % 16;
                int along = new int[] {x, y, x + y, x - y + 16}[labels[row]];
                pixels[i] = (byte) (random.below(100, i) + (along / 2 % 2) * 150);
            }
            return new Block(labels, pixels);
        }
    }
}
