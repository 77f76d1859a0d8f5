package io.flowmap.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Samplers on Gaussian data, where the exact end point is known. */
class SamplingTest {
    private final GaussianFlow flow = new GaussianFlow(0.5);
    private final Velocity velocity = (x, t) -> x.mul(flow.velocity(1, t));
    private final FlowMap map = (x, t, s) -> x.mul(flow.field(1, t, s));
    private final INDArray noise = Nd4j.create(new double[] {0.3, -1.2, 2.0});

    private double error(INDArray sampled) {
        return sampled.sub(noise.mul(0.5)).amaxNumber().doubleValue();
    }

    @Test
    void eulerConvergesWithOrderOneAndHeunWithOrderTwo() {
        double euler = error(Sampling.euler(velocity, noise, TimeGrid.uniform(64)))
                / error(Sampling.euler(velocity, noise, TimeGrid.uniform(128)));
        double heun = error(Sampling.heun(velocity, noise, 64)) / error(Sampling.heun(velocity, noise, 128));
        assertThat(euler).isCloseTo(2, within(0.1));
        assertThat(heun).isCloseTo(4, within(0.2));
    }

    @Test
    void exactFlowMapIsExactInAnyNumberOfSteps() {
        for (int n : new int[] {1, 2, 7}) {
            assertThat(error(Sampling.flowMap(map, noise, TimeGrid.uniform(n), 0, null)))
                    .isLessThan(1e-14);
        }
    }

    /** For an exact flow map every gamma preserves the marginal: variance c^2 at the end. */
    @Test
    void gammaSamplingKeepsTheVariance() {
        for (double gamma : new double[] {0.3, 0.9, 1.0}) {
            double variance = 1;
            int n = 5;
            for (int i = 0; i < n; i++) { // scale of the old and of the fresh noise in each step
                int step = i;
                INDArray one = Nd4j.ones(DataType.DOUBLE, 1);
                INDArray kept = oneStep(one, n, step, gamma, 0);
                INDArray fresh = oneStep(one.mul(0), n, step, gamma, 1);
                variance = variance * Math.pow(kept.getDouble(0), 2) + Math.pow(fresh.getDouble(0), 2);
            }
            assertThat(variance).isCloseTo(0.25, within(1e-12));
        }
    }

    /** Runs all steps, with x inserted before {@code step} and the result read after it. */
    private INDArray oneStep(INDArray x, int n, int step, double gamma, double noise) {
        INDArray[] after = new INDArray[1];
        int[] at = {0};
        FlowMap probe = (in, t, s) -> {
            if (at[0] == step + 1) {
                after[0] = in.dup();
            }
            INDArray start = at[0] == step ? x : in;
            at[0]++;
            return start.mul(flow.flowMap(1, t, s)).sub(in).div(s - t);
        };
        INDArray end = Sampling.flowMap(
                probe, Nd4j.zeros(DataType.DOUBLE, 1), TimeGrid.uniform(n), gamma, i -> Nd4j.ones(DataType.DOUBLE, 1)
                        .mul(i == step ? noise : 0));
        return step == n - 1 ? end : after[0];
    }
}
