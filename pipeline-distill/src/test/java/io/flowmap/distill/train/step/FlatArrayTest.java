package io.flowmap.distill.train.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.Floats;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlatArrayTest {
    private static final int LENGTH = 200_003;

    @Test
    void programsAndRangesSeeTheSameElements() {
        var values = gaussians(1);
        try (var vector = new FlatArray(LENGTH)) {
            assertThat(vector.copy()).containsOnly(0);
            vector.copyFrom(Floats.of(values));
            assertThat(vector.array().toFloatVector()).isEqualTo(values);
            vector.put(7, new float[] {0, 5, 6, 0}, 1, 2);
            assertThat(vector.array().getFloat(7)).isEqualTo(5);
            vector.array().putScalar(8, 9);
            var read = new float[4];
            vector.get(7, read, 2, 2);
            assertThat(read).containsExactly(0, 0, 5, 9);
        }
    }

    @Test
    void memoryIsFreedWhenTheLastOwnerCloses() {
        var vector = new FlatArray(LENGTH);
        var shared = vector.shared();
        vector.close();
        assertThat(shared.array().wasClosed()).isFalse();
        shared.close();
        assertThat(vector.array().wasClosed()).isTrue();
    }

    @Test
    void updateOfRangesInAnyOrderEqualsAdamOnTheWholeOfEachGroup() {
        var rate = new LearningRateConfig(1e-2, 0, LearningRateConfig.Decay.CONSTANT, 0);
        var first = new AdamConfig(0.9, 0.999, 1e-8);
        var second = new AdamConfig(0.5, 0.9, 1e-6);
        int split = 100_001;
        var updater = new Updater(List.of(
                new Updater.Group(split, first, rate, 0, 10, 0),
                new Updater.Group(LENGTH - split, second, rate, 3, 10, 3)));
        var m = gaussians(2);
        var v = squares(3);
        var gradient = gaussians(4);
        var whole = gaussians(1);
        var wholeM = m.clone();
        var wholeV = v.clone();
        new Adam(first).update(whole, gradient, wholeM, wholeV, 0, split, new Adam(first).rates(5, 1e-2));
        new Adam(second).update(whole, gradient, wholeM, wholeV, split, LENGTH, new Adam(second).rates(2, 1e-2));
        try (var parameters = new FlatArray(LENGTH)) {
            parameters.copyFrom(Floats.of(gaussians(1)));
            int block = 65_536;
            for (int from = LENGTH / block * block; from >= 0; from -= block) {
                var part = Arrays.copyOfRange(gradient, from, Math.min(LENGTH, from + block));
                updater.update(parameters, from, part, Floats.of(m), Floats.of(v), 5);
            }
            assertThat(parameters.copy()).isEqualTo(whole);
        }
        assertThat(m).isEqualTo(wholeM);
        assertThat(v).isEqualTo(wholeV);
    }

    private static float[] gaussians(long seed) {
        var values = new float[LENGTH];
        new CounterRandom(seed).gaussians(values, 0, LENGTH, 0);
        return values;
    }

    private static float[] squares(long seed) {
        var values = gaussians(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] *= values[i];
        }
        return values;
    }
}
