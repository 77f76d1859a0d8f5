package io.flowmap.flow;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Samplers in n steps on the uniform grid t_i = 1 - i/n, from noise at t = 1 to data at t = 0. */
public final class Sampling {
    private Sampling() {}

    /** Source of standard normal noise with the shape of the samples, fresh for each step. */
    public interface Noise {
        INDArray of(int step);
    }

    /** Euler's method on the PF-ODE: x <- x - v(x, t)/n; n evaluations. */
    public static INDArray euler(Velocity velocity, INDArray noise, int n) {
        INDArray x = noise.dup();
        for (int i = 0; i < n; i++) {
            x.subi(velocity.at(x, time(i, n)).div(n));
        }
        return x;
    }

    /** Heun's method on the PF-ODE; 2n evaluations. */
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
    public static INDArray flowMap(FlowMap map, INDArray noise, int n, double gamma, Noise fresh) {
        INDArray x = noise;
        for (int i = 0; i < n; i++) {
            double t = time(i, n);
            double next = time(i + 1, n);
            if (gamma == 0 || i == n - 1) {
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

    private static double time(int i, int n) {
        return (double) (n - i) / n;
    }
}
