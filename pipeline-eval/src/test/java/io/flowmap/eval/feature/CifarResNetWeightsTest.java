package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.config.UserError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CifarResNetWeightsTest {
    private static final int CLASSES = 3;

    /** A network of eight layers: one block of two convolutions per stage. */
    private final Map<String, TensorData> arrays = new HashMap<>();

    CifarResNetWeightsTest() {
        putConvolution("conv1", "bn1", 3, 16);
        for (int stage = 1; stage <= 3; stage++) {
            int width = 8 << stage;
            var block = "layer" + stage + ".0.";
            putConvolution(block + "conv1", block + "bn1", Math.max(16, width / 2), width);
            putConvolution(block + "conv2", block + "bn2", width, width);
        }
        put("linear.weight", CLASSES, 64);
        put("linear.bias", CLASSES);
    }

    @Test
    void depthAndClassesAreThoseOfTheArrays() {
        var weights = read();
        assertThat(weights.name()).isEqualTo("ResNet8");
        assertThat(weights.classes()).isEqualTo(CLASSES);
        assertThat(weights.dimension()).isEqualTo(64);
    }

    @Test
    void aMissingArrayIsTheUsersMistake() {
        arrays.remove("layer2.0.bn1.running_var");
        assertMistake("expected an array layer2.0.bn1.running_var of shape [32], got none");
    }

    @Test
    void aMisshapenArrayIsTheUsersMistake() {
        put("layer3.0.conv1.weight", 64, 32, 1, 1);
        assertMistake("expected an array layer3.0.conv1.weight of shape [64, 32, 3, 3], got [64, 32, 1, 1]");
        put("layer3.0.conv1.weight", 64, 32, 3, 3);
        put("linear.weight");
        assertMistake("expected an array linear.weight of shape [0, 64], got []");
    }

    @Test
    void aSurplusArrayIsTheUsersMistake() {
        put("layer2.0.shortcut.weight", 32, 16, 1, 1);
        assertMistake("expected no array layer2.0.shortcut.weight, got one of shape [32, 16, 1, 1]");
    }

    @Test
    void anotherNetworkIsTheUsersMistake() {
        arrays.keySet().retainAll(List.of("linear.weight", "linear.bias"));
        assertMistake("expected an array conv1.weight of shape [16, 3, 3, 3], got none");
    }

    private void assertMistake(String end) {
        assertThatThrownBy(this::read)
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read a CIFAR ResNet from net.th: " + end);
    }

    private CifarResNetWeights read() {
        return CifarResNetWeights.read(new StateDict("a CIFAR ResNet", "net.th", arrays), "");
    }

    private void putConvolution(String convolution, String norm, int in, int out) {
        put(convolution + ".weight", out, in, 3, 3);
        for (var part : List.of("weight", "bias", "running_mean", "running_var")) {
            put(norm + "." + part, out);
        }
    }

    private void put(String name, long... shape) {
        long length = 1;
        for (long size : shape) {
            length *= size;
        }
        arrays.put(name, TensorData.of(new double[(int) length], shape));
    }
}
