package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.testing.OnnxFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxModelTest {
    private static final int SIDE = 6;
    private static final int FEATURES = 4;
    private static final List<Double> MEAN = List.of(0.5, 0.4, 0.3);
    private static final List<Double> DEVIATION = List.of(0.2, 0.25, 0.5);

    @TempDir
    Path dir;

    /** Images of the network's size are not resized, so a plain loop gives the features. */
    @ParameterizedTest
    @CsvSource({"0, 3", "0, 1", "2, 3"})
    void featuresMatchAPlainLoopForAnyNumberOfImages(int batch, int channels) throws IOException {
        var weights = new float[3 * SIDE * SIDE * FEATURES];
        new CounterRandom(1).gaussians(weights, 0, weights.length, 1);
        var shape = new LatentShape(channels, SIDE, SIDE);
        var model = open(OnnxFiles.linear(file(), batch, SIDE, FEATURES, weights), shape, 0);
        assertThat(model.dimension()).isEqualTo(FEATURES);
        int count = 5;
        var images = new byte[count * shape.size()];
        for (int i = 0; i < images.length; i++) {
            images[i] = (byte) new CounterRandom(2).below(256, i);
        }
        try (var network = model.open()) {
            var features = network.apply(images, count).features();
            assertThat(features).hasSize(count * FEATURES);
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < FEATURES; k++) {
                    assertThat((double) features[i * FEATURES + k])
                            .isCloseTo(expected(images, i, shape, weights, k), within(1e-4));
                }
            }
        }
    }

    @Test
    void otherSizesAreResized() {
        var weights = new float[3 * SIDE * SIDE];
        java.util.Arrays.fill(weights, 1);
        var shape = new LatentShape(1, 4, 9);
        var model = open(OnnxFiles.linear(file(), 0, SIDE, 1, weights), shape, 0);
        var white = new byte[shape.size()];
        java.util.Arrays.fill(white, (byte) 255);
        try (var network = model.open()) {
            double sum = 0;
            for (int colour = 0; colour < 3; colour++) {
                sum += SIDE * SIDE * (1 - MEAN.get(colour)) / DEVIATION.get(colour);
            }
            assertThat((double) network.apply(white, 1).features()[0]).isCloseTo(sum, within(1e-3));
        }
        assertThat(model.preparation()).isEqualTo("bicubic 6x6 as PIL, (x/255 - [0.5, 0.4, 0.3])/[0.2, 0.25, 0.5]");
    }

    @Test
    void filesOfUnfitNetworksAreTheUsersMistake() {
        var shape = new LatentShape(3, SIDE, SIDE);
        assertThatThrownBy(() -> open(Files.write(file(), new byte[] {1, 2, 3}), shape, 0))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected an ONNX network from [N,3,H,W] in float32 to features, got ");
        assertThatThrownBy(() -> open(OnnxFiles.linear(file(), 0, SIDE, 1, new float[3 * SIDE * SIDE]), shape, 7))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("expected evaluate.onnx.side = 0 or 6, the size that the file fixes, got 7");
        assertThatThrownBy(() -> open(dir.resolve("none.onnx"), shape, 0))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot read ONNX file ");
    }

    private Path file() {
        return dir.resolve("net.onnx");
    }

    private static OnnxModel open(Path file, LatentShape shape, int side) {
        return OnnxModel.open(
                new Configuration(),
                new org.apache.hadoop.fs.Path(file.toString()),
                shape,
                new OnnxConfig(side, MEAN, DEVIATION));
    }

    private static double expected(byte[] images, int image, LatentShape shape, float[] weights, int feature) {
        double sum = 0;
        int plane = SIDE * SIDE;
        for (int i = 0; i < 3 * plane; i++) {
            int colour = i / plane;
            int from = image * shape.size() + colour % shape.channels() * plane;
            double pixel = (images[from + i % plane] & 0xff) / 255.0;
            sum += (pixel - MEAN.get(colour)) / DEVIATION.get(colour) * weights[i * FEATURES + feature];
        }
        return sum;
    }
}
