package io.flowmap.eval.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.testing.OnnxFiles;
import io.flowmap.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two linear towers, whose embeddings plain loops compute too. */
class ImageTextModelTest {
    private static final int SIDE = 4;
    private static final int WIDTH = 3;
    private static final List<Double> MEAN = List.of(0.5, 0.4, 0.3);
    private static final List<Double> DEVIATION = List.of(0.2, 0.25, 0.5);
    private static final float[][] TABLE = {{9, 9, 9}, {1, -1, 2}, {0.1f, 2, -1}, {3, 0.25f, 0}, {-4, 8, 1}};
    private static final Map<String, Integer> WORDS = Map.of("a", 2, "cat", 3, "dog", 4);
    private static final LatentShape SQUARE = new LatentShape(3, SIDE, SIDE);
    private static final LatentShape WIDE = new LatentShape(3, SIDE, SIDE + 4);

    @TempDir
    Path dir;

    private final float[] weights = new float[3 * SIDE * SIDE * WIDTH];
    private Path file;

    @BeforeEach
    void write() throws IOException {
        new CounterRandom(1).gaussians(weights, 0, weights.length, 1);
        file = OnnxFiles.imageAndText(dir.resolve("towers.onnx"), SIDE, weights, TABLE);
        Tokenizers.animals(dir.resolve("tokenizer.json"));
    }

    @Test
    void theScoreOfClipIsAHundredTimesTheCosine() {
        try (var scorer = open("clip:" + file, SQUARE).open()) {
            for (int i = 0; i < 5; i++) {
                double[] image = image(pixels(i), SQUARE);
                for (var prompt : List.of("a cat", "dog", "a horse a dog")) {
                    double[] text = text(prompt);
                    double expected = 100 * dot(image, text) / Math.sqrt(dot(image, image) * dot(text, text));
                    assertThat(scorer.of(prompt, pixels(i))).hasSize(1);
                    assertThat(scorer.of(prompt, pixels(i))[0]).isCloseTo(expected, within(1e-3));
                }
            }
        }
    }

    @Test
    void aRewardIsTheFirstOutput() {
        try (var scorer = open("reward:" + file, SQUARE).open()) {
            double expected = dot(image(pixels(7), SQUARE), text("a dog"));
            assertThat(scorer.of("a dog", pixels(7))[0]).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
        }
    }

    @Test
    void ofAWideImageTheMiddleIsSeen() {
        var wide = new byte[WIDE.size()];
        new java.util.Random(3).nextBytes(wide);
        try (var scorer = open("reward:" + file, WIDE).open()) {
            double expected = dot(image(wide, WIDE), text("cat"));
            assertThat(scorer.of("cat", wide)[0]).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
        }
    }

    @Test
    void whatIsNoSuchNetworkIsNamed() throws IOException {
        mistake(
                "expected " + ImageTextModel.NETWORK + ", got inputs x[-1, 3, 4, 4]",
                "reward:" + OnnxFiles.linear(dir.resolve("image.onnx"), 0, SIDE, WIDTH, weights));
        mistake("no such file", "clip:" + dir.resolve("none.onnx"));
        mistake(
                "expected " + ImageTextModel.NETWORK + ", got text",
                "clip:" + Files.writeString(dir.resolve("notes.onnx"), "no network"));
        var nan = new float[weights.length];
        nan[0] = Float.NaN;
        mistake(
                "expected a finite score of an image and \"a picture\", got NaN",
                "reward:" + OnnxFiles.imageAndText(dir.resolve("broken.onnx"), SIDE, nan, TABLE));
        Files.delete(dir.resolve("tokenizer.json"));
        mistake("tokenizer.json", "clip:" + file);
    }

    @Test
    void imagesOfFourChannelsAreRefused() {
        assertThatThrownBy(() -> open("clip:" + file, new LatentShape(4, SIDE, SIDE)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected images of 1 or 3 channels");
    }

    private void mistake(String message, String protocol) {
        assertThatThrownBy(() -> open(protocol, SQUARE))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    private static ImageTextModel open(String protocol, LatentShape shape) {
        return ImageTextModel.open(
                new Configuration(), protocol, new ImageTextConfig("", 5, 0, MEAN, DEVIATION), shape);
    }

    private static byte[] pixels(int seed) {
        var pixels = new byte[SQUARE.size()];
        new java.util.Random(seed).nextBytes(pixels);
        return pixels;
    }

    /** Embedding of the square in the middle. */
    private double[] image(byte[] pixels, LatentShape shape) {
        var embedding = new double[WIDTH];
        int left = (shape.width() - SIDE) / 2;
        for (int i = 0; i < 3 * SIDE * SIDE; i++) {
            int colour = i / (SIDE * SIDE);
            int row = i / SIDE % SIDE;
            int at = (colour * SIDE + row) * shape.width() + left + i % SIDE;
            double value = ((pixels[at] & 0xff) / 255.0 - MEAN.get(colour)) / DEVIATION.get(colour);
            for (int k = 0; k < WIDTH; k++) {
                embedding[k] += value * weights[i * WIDTH + k];
            }
        }
        return embedding;
    }

    /** Sum of the rows of the words; row 1 is that of unknown ones. */
    private static double[] text(String prompt) {
        var embedding = new double[WIDTH];
        for (var word : prompt.split(" ")) {
            for (int k = 0; k < WIDTH; k++) {
                embedding[k] += TABLE[WORDS.getOrDefault(word, 1)][k];
            }
        }
        return embedding;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < WIDTH; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
