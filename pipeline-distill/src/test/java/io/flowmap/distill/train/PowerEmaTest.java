package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
        int cases = 0;
        for (var line : lines.subList(1, lines.size())) {
            var values = Arrays.stream(line.split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            var ema = new PowerEma(values[0]);
            assertThat(ema.gamma()).isCloseTo(values[1], within(1e-12 * Math.abs(values[1])));
            assertThat(ema.beta(values[2], values[3])).isCloseTo(values[4], within(1e-12));
            cases++;
        }
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
            ema.update(average, new float[] {value}, step, 1);
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
