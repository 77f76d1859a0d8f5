package io.flowmap.adversarial.discriminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.engine.nd4j.Nd4jBackend;
import io.flowmap.flow.GraphInputs;
import io.flowmap.nn.Scope;
import io.flowmap.tensor.CounterRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Augmented samples, compared with loops over their pixels. */
class AugmentationTest {
    private static final int BATCH = 3;
    private static final int C = 3;
    private static final int H = 8;
    private static final int W = 16;

    private final CounterRandom random = new CounterRandom(2);
    private final double[] x = gaussians();

    @Test
    void translationMovesAndFillsWithZeros() {
        var policy = new Augmentation(false, true, false);
        var drawn = draw(policy);
        double[] y = apply(policy, drawn);
        for (int n = 0; n < BATCH; n++) {
            int down = shift(drawn.get("realRows"), n, H);
            int across = shift(drawn.get("realColumns"), n, W);
            for (int c = 0; c < C; c++) {
                for (int i = 0; i < H; i++) {
                    for (int j = 0; j < W; j++) {
                        boolean inside = i - down >= 0 && i - down < H && j - across >= 0 && j - across < W;
                        double expected = inside ? x[at(n, c, i - down, j - across)] : 0;
                        assertThat(y[at(n, c, i, j)]).isCloseTo(expected, within(1e-12));
                    }
                }
            }
        }
    }

    @Test
    void cutoutSetsARectangleToZero() {
        var policy = new Augmentation(false, false, true);
        var drawn = draw(policy);
        double[] y = apply(policy, drawn);
        for (int n = 0; n < BATCH; n++) {
            int zeros = 0;
            for (int i = 0; i < H; i++) {
                for (int j = 0; j < W; j++) {
                    float kept = drawn.get("realMask")[(n * H + i) * W + j];
                    zeros += kept == 0 ? 1 : 0;
                    assertThat(y[at(n, 1, i, j)]).isEqualTo(kept * x[at(n, 1, i, j)]);
                }
            }
            assertThat(zeros).isBetween(1, H * W / 4);
        }
    }

    @Test
    void colourChangesBrightnessSaturationAndContrastInThatOrder() {
        var policy = new Augmentation(true, false, false);
        var drawn = draw(policy);
        double[] y = apply(policy, drawn);
        for (int n = 0; n < BATCH; n++) {
            float[] u = drawn.get("realColour");
            double[] expected = new double[C * H * W];
            double mean = 0;
            for (int p = 0; p < H * W; p++) {
                double grey = 0;
                for (int c = 0; c < C; c++) {
                    expected[c * H * W + p] = x[n * C * H * W + c * H * W + p] + u[n * 3] - 0.5;
                    grey += expected[c * H * W + p] / C;
                }
                for (int c = 0; c < C; c++) {
                    int k = c * H * W + p;
                    expected[k] = (expected[k] - grey) * 2 * u[n * 3 + 1] + grey;
                    mean += expected[k] / (C * H * W);
                }
            }
            for (int k = 0; k < expected.length; k++) {
                double value = (expected[k] - mean) * (u[n * 3 + 2] + 0.5) + mean;
                assertThat(y[n * C * H * W + k]).isCloseTo(value, within(1e-10));
            }
        }
    }

    @Test
    void drawsAreKeyedBySampleNumber() {
        var policy = new Augmentation(true, true, true);
        long[] sample = {C, H, W};
        var three = policy.draw(random, 7, "real", 10, 3, sample);
        var last = policy.draw(random, 7, "real", 12, 1, sample);
        last.forEach((name, values) -> {
            float[] whole = three.get(name);
            assertThat(java.util.Arrays.copyOfRange(whole, whole.length - values.length, whole.length))
                    .isEqualTo(values);
        });
        assertThat(new Augmentation(false, false, false).changes()).isFalse();
    }

    private Map<String, float[]> draw(Augmentation policy) {
        return policy.draw(random, 7, "real", 10, BATCH, new long[] {C, H, W});
    }

    private double[] apply(Augmentation policy, Map<String, float[]> drawn) {
        var inputs = new GraphInputs(DataType.DOUBLE);
        long[] sample = {C, H, W};
        var images = inputs.samples("x", BATCH, sample);
        var scope = Scope.trained(inputs.shapes(), DataType.DOUBLE, "");
        var y = inputs.natural(policy.inputs(inputs, "real", BATCH, sample).apply(scope, images));
        inputs.array("x").assign(Nd4j.create(x, new long[] {BATCH, C, H, W}, 'c'));
        drawn.forEach((name, values) -> {
            INDArray array = inputs.array(name);
            array.assign(Nd4j.create(values, array.shape(), 'c'));
        });
        INDArray output = Nd4j.create(DataType.DOUBLE, BATCH, C, H, W);
        try (var program = Nd4jBackend.compile(inputs.shapes(), inputs.arrays(), Map.of(y.name(), output))) {
            program.run();
        }
        return output.data().asDouble();
    }

    /** The shift described by a sample's matrix. */
    private static int shift(float[] matrices, int sample, int side) {
        for (int i = 0; i < side; i++) {
            for (int j = 0; j < side; j++) {
                if (matrices[sample * side * side + i * side + j] == 1) {
                    return i - j;
                }
            }
        }
        throw new AssertionError("expected a one in the matrix of sample " + sample);
    }

    private static int at(int n, int c, int i, int j) {
        return ((n * C + c) * H + i) * W + j;
    }

    private static double[] gaussians() {
        var values = new double[BATCH * C * H * W];
        new CounterRandom(4).gaussians(values, 0, values.length, 1);
        return values;
    }
}
