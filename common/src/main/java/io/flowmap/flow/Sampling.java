package io.flowmap.flow;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Samplers from noise at t = 1 to data at t = 0. */
public final class Sampling {
    private Sampling() {}

    /** Source of standard normal noise with the shape of the samples, fresh for each step. */
    public interface Noise {
        INDArray of(int step);
    }

    /** Euler's method on the PF-ODE: x <- x + (t' - t) v(x, t); an evaluation for each step. */
    public static INDArray euler(Velocity velocity, INDArray noise, TimeGrid grid) {
        INDArray x = noise.dup();
        for (int i = 0; i < grid.steps(); i++) {
            x.addi(velocity.at(x, grid.at(i)).mul(grid.at(i + 1) - grid.at(i)));
        }
        return x;
    }

    /** Heun's method on the PF-ODE in n equal steps; 2n evaluations. */
    public static INDArray heun(Velocity velocity, INDArray noise, int n) {
        return heun(velocity, noise, 1, 0, n);
    }

    /** Heun's method from x at t to s in n equal steps; 2n evaluations. */
    public static INDArray heun(Velocity velocity, INDArray x, double t, double s, int n) {
        INDArray at = x.dup();
        double step = (s - t) / n;
        for (int i = 0; i < n; i++) {
            INDArray first = velocity.at(at, t + i * step).dup();
            INDArray second = velocity.at(at.add(first.mul(step)), t + (i + 1) * step);
            at.addi(first.addi(second).muli(step / 2));
        }
        return at;
    }

    /**
     * Flow map sampling with gamma: at gamma = 0 the map alone, x <- f(x, t, t'); at gamma = 1 consistency-model
     * multistep sampling. With sig = t'/(1-t'), sig~ = sig sqrt(1-gamma^2), t~ = sig~/(1+sig~):
     * x <- (1-t')/(1-t~) f(x, t, t~) + gamma t' eps; no noise on the last step (CTM's sampler on the linear path).
     */
    public static INDArray flowMap(FlowMap map, INDArray noise, TimeGrid grid, double gamma, Noise fresh) {
        INDArray x = noise;
        for (int i = 0; i < grid.steps(); i++) {
            double t = grid.at(i);
            double next = grid.at(i + 1);
            if (gamma == 0 || i == grid.steps() - 1) {
                x = map.at(x, t, next);
                continue;
            }
            double sigma = next / (1 - next) * Math.sqrt(1 - gamma * gamma);
            double middle = sigma / (1 + sigma);
            x = map.at(x, t, middle)
                    .muli((1 - next) / (1 - middle))
                    .addi(fresh.of(i).mul(gamma * next));
        }
        return x;
    }
}
