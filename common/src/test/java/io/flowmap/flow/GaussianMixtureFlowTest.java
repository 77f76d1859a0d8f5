package io.flowmap.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussianMixtureFlowTest {
    private final double[] weights = {0.3, 0.7};
    private final double[][] means = {{-1}, {0.5}};
    private final double[] deviations = {0.2, 0.4};
    private final GaussianMixtureFlow flow = new GaussianMixtureFlow(weights, means, deviations);

    /** E[z - x_0 | x_t = x] by quadrature over x_0: z = (x - (1-t) x_0)/t. */
    @ParameterizedTest
    @CsvSource({"0.9,0.3", "0.5,-0.4", "0.2,0.1", "1.0,0.7"})
    void velocityIsTheConditionalExpectation(double t, double x) {
        double numerator = 0;
        double denominator = 0;
        for (double x0 = -4; x0 <= 4; x0 += 1e-4) {
            double z = (x - (1 - t) * x0) / t;
            double density = density(x0) * Math.exp(-0.5 * z * z);
            numerator += density * (z - x0);
            denominator += density;
        }
        assertThat(flow.velocity(new double[] {x}, t)[0]).isCloseTo(numerator / denominator, within(1e-9));
    }

    private double density(double x0) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            double u = (x0 - means[k][0]) / deviations[k];
            sum += weights[k] / deviations[k] * Math.exp(-0.5 * u * u);
        }
        return sum;
    }
}
