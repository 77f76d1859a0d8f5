package io.flowmap.distill.train.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.tensor.CounterRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1_500_000})
    void updateMatchesFloat64(int length) {
        var adam = new Adam(new AdamConfig(0.9, 0.99, 1e-8));
        var parameters = new float[length];
        var m = new float[length];
        var v = new float[length];
        int probe = length - 1;
        double p64 = 0;
        double m64 = 0;
        double v64 = 0;
        for (int step = 0; step < 10; step++) {
            var gradient = new float[length];
            new CounterRandom(1).gaussians(gradient, 0, length, step);
            adam.update(parameters, gradient, m, v, step, 1e-2);
            m64 = 0.9 * m64 + 0.1 * gradient[probe];
            v64 = 0.99 * v64 + 0.01 * gradient[probe] * gradient[probe];
            p64 -= 1e-2
                    * (m64 / (1 - Math.pow(0.9, step + 1)))
                    / (Math.sqrt(v64 / (1 - Math.pow(0.99, step + 1))) + 1e-8);
            assertThat((double) parameters[probe]).isCloseTo(p64, within(1e-7));
        }
    }
}
