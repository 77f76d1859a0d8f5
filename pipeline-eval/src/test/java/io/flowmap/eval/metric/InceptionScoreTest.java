package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InceptionScoreTest {
    private static final int CLASSES = 5;

    @Test
    void inceptionScoreIsTheNumberOfClassesForCertainImagesAndOneForEqualImages() {
        var certain = new float[CLASSES * CLASSES];
        Arrays.fill(certain, Float.NEGATIVE_INFINITY);
        for (int k = 0; k < CLASSES; k++) {
            certain[k * CLASSES + k] = 0;
        }
        assertThat(InceptionScore.of(certain, CLASSES).score()).isCloseTo(CLASSES, within(1e-12));
        var equal = new float[3 * CLASSES];
        Arrays.fill(equal, (float) -Math.log(CLASSES));
        assertThat(InceptionScore.of(equal, CLASSES).score()).isCloseTo(1, within(1e-6));
    }

    @Test
    void mergedPartsMatchAPlainDoubleLoop() {
        int rows = 40;
        var logs = logs(rows);
        var merged = InceptionScore.empty(CLASSES);
        for (int from = 0; from < rows; from += 8) {
            merged = merged.merge(
                    InceptionScore.of(Arrays.copyOfRange(logs, from * CLASSES, (from + 8) * CLASSES), CLASSES));
        }
        double divergence = 0;
        for (int i = 0; i < logs.length; i++) {
            double marginal = 0;
            for (int row = 0; row < rows; row++) {
                marginal += Math.exp(logs[row * CLASSES + i % CLASSES]) / rows;
            }
            divergence += Math.exp(logs[i]) * (logs[i] - Math.log(marginal)) / rows;
        }
        assertThat(merged.count()).isEqualTo(rows);
        assertThat(merged.score()).isCloseTo(Math.exp(divergence), within(1e-12));
    }

    @Test
    void invalidProbabilitiesAreRefused() {
        assertThatThrownBy(() -> InceptionScore.of(new float[] {0, Float.NaN}, 2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("got NaN in row 0");
        assertThatThrownBy(() -> InceptionScore.empty(2).merge(InceptionScore.empty(3)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> InceptionScore.empty(2).score()).isInstanceOf(IllegalStateException.class);
    }

    private static float[] logs(int rows) {
        var random = new CounterRandom(3);
        var logs = new float[rows * CLASSES];
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int k = 0; k < CLASSES; k++) {
                sum += Math.exp(2 * random.gaussian(row, k));
            }
            for (int k = 0; k < CLASSES; k++) {
                logs[row * CLASSES + k] = (float) (2 * random.gaussian(row, k) - Math.log(sum));
            }
        }
        return logs;
    }
}
