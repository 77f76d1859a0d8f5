package io.flowmap.distill.train.ema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.tensor.Floats;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerEmaTest {
    @Test
    @Tag("reference")
    void exponentsAndWeightsMatchEdm2() throws IOException {
        var file = Reference.require("ema", "power_function_ema.csv");
        var lines = Files.readAllLines(file);
        var header = Arrays.asList(lines.get(0).split(","));
        assertThat(header).containsExactly("std", "gamma=std_to_exp", "t_next", "t_delta", "beta");
        int cases = lines.size() - 1;
        var gammas = new double[2][cases];
        var betas = new double[2][cases];
        for (int i = 0; i < cases; i++) {
            var values = Arrays.stream(lines.get(i + 1).split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            var ema = new PowerEma(values[0]);
            gammas[0][i] = ema.gamma();
            gammas[1][i] = values[1];
            betas[0][i] = ema.beta(values[2], values[3]);
            betas[1][i] = values[4];
        }
        assertThat(Reference.relativeToMaximum(gammas[0], gammas[1])).isLessThan(1e-12);
        assertThat(Reference.relativeToMaximum(betas[0], betas[1])).isLessThan(1e-12);
        Reference.checked(file.getParent(), cases);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.02, 0.05, 0.1, 0.2, 0.28, 0.28867})
    void exponentSolvesTheEquationOfTheWidth(double std) {
        double gamma = new PowerEma(std).gamma();
        assertThat(gamma).isGreaterThanOrEqualTo(-1e-4);
        assertThat(Math.sqrt((gamma + 1) / ((gamma + 2) * (gamma + 2) * (gamma + 3))))
                .isCloseTo(std, within(1e-13));
    }

    @Test
    void averageFollowsThePowerProfile() {
        var ema = new PowerEma(0.1);
        var average = new float[] {7};
        double weighted = 0;
        double weights = 0;
        int steps = 4000;
        for (int step = 1; step <= steps; step++) {
            float value = (float) Math.sin(step * 1e-3);
            ema.update(average, Floats.of(new float[] {value}), step, 1);
            double weight = Math.pow((step - 0.5) / steps, ema.gamma());
            weighted += weight * value;
            weights += weight;
        }
        assertThat((double) average[0]).isCloseTo(weighted / weights, within(1e-4));
    }

    @Test
    void widerThanUniformIsRejected() {
        assertThatThrownBy(() -> new PowerEma(0.3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.3");
    }
}
