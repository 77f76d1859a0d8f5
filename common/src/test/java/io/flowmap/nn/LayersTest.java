package io.flowmap.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.model.FrozenNetwork;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Windowed layers compared with plain loops. */
class LayersTest {
    private static final int N = 2;
    private static final int C = 3;
    private static final int H = 7;
    private static final int W = 9;

    private final float[] x = values(N * C * H * W, 1);

    @ParameterizedTest
    @CsvSource({"3, 2, 0", "3, 1, 1", "2, 2, 0"})
    void maxPoolMatchesAPlainLoop(int k, int stride, int pad) {
        try (var network = network(Map.of(), (layers, in) -> List.of(layers.maxPool(in, k, stride, pad)))) {
            assertThat(network.apply(x).get(0)).containsExactly(pooled(k, stride, pad, true));
        }
    }

    @ParameterizedTest
    @CsvSource({"3", "5"})
    void meanOfWindowsLeavesOutWhatIsOutside(int k) {
        try (var network = network(Map.of(), (layers, in) -> List.of(layers.meanOfWindows(in, k)))) {
            assertThat(network.apply(x).get(0)).containsExactly(pooled(k, 1, k / 2, false), within(1e-6f));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 7, 0, 3, 1", "7, 1, 3, 0, 1", "3, 3, 0, 0, 2", "1, 1, 0, 0, 1", "3, 1, 1, 0, 2"})
    void convolutionMatchesAPlainLoop(int kh, int kw, int padRows, int padColumns, int stride) {
        int out = 4;
        var weight = values(out * C * kh * kw, 2);
        var bias = values(out, 3);
        Map<String, INDArray> arrays = Map.of(
                "weight", Nd4j.create(weight, new long[] {out, C, kh, kw}, 'c'),
                "bias", Nd4j.create(bias, new long[] {out}, 'c'));
        FrozenNetwork.Graph graph = (layers, in) ->
                List.of(layers.conv(in, layers.array("weight"), layers.array("bias"), stride, padRows, padColumns));
        int rows = (H + 2 * padRows - kh) / stride + 1;
        int columns = (W + 2 * padColumns - kw) / stride + 1;
        var expected = new float[N * out * rows * columns];
        for (int i = 0; i < expected.length; i++) {
            int channel = i / columns / rows % out;
            double sum = bias[channel];
            for (int tap = 0; tap < C * kh * kw; tap++) {
                int row = i / columns % rows * stride - padRows + tap / kw % kh;
                int column = i % columns * stride - padColumns + tap % kw;
                if (row >= 0 && row < H && column >= 0 && column < W) {
                    int plane = i / columns / rows / out * C + tap / kw / kh;
                    sum += (double) weight[channel * C * kh * kw + tap] * x[(plane * H + row) * W + column];
                }
            }
            expected[i] = (float) sum;
        }
        try (var network = network(arrays, graph)) {
            assertThat(network.apply(x).get(0)).containsExactly(expected, within(1e-5f));
        }
    }

    private static FrozenNetwork network(Map<String, INDArray> arrays, FrozenNetwork.Graph graph) {
        return new FrozenNetwork(arrays, graph, N, C, H, W);
    }

    private float[] pooled(int k, int stride, int pad, boolean maximum) {
        int rows = (H + 2 * pad - k) / stride + 1;
        int columns = (W + 2 * pad - k) / stride + 1;
        var pooled = new float[N * C * rows * columns];
        for (int i = 0; i < pooled.length; i++) {
            double largest = Double.NEGATIVE_INFINITY;
            double sum = 0;
            int count = 0;
            for (int tap = 0; tap < k * k; tap++) {
                int row = i / columns % rows * stride - pad + tap / k;
                int column = i % columns * stride - pad + tap % k;
                if (row >= 0 && row < H && column >= 0 && column < W) {
                    double value = x[(i / columns / rows * H + row) * W + column];
                    largest = Math.max(largest, value);
                    sum += value;
                    count++;
                }
            }
            pooled[i] = (float) (maximum ? largest : sum / count);
        }
        return pooled;
    }

    private static float[] values(int length, long seed) {
        var values = new float[length];
        new CounterRandom(seed).gaussians(values, 0, length, 1);
        return values;
    }
}
