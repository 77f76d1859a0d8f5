package io.flowmap.flow;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * EDM's deterministic sampler: Heun's method on the noise levels
 * sigma_i = (sigma_max^(1/rho) + i/(n-1) (sigma_min^(1/rho) - sigma_max^(1/rho)))^rho, sigma_n = 0 (Karras et al. 2022,
 * Algorithm 1 without churn).
 *
 * @param steps n, at least 2
 * @param sigmaMin smallest positive noise level
 * @param sigmaMax largest noise level
 * @param rho exponent of the schedule
 */
public record Edm2Sampler(int steps, double sigmaMin, double sigmaMax, double rho) {
    public Edm2Sampler {
        if (steps < 2 || !(sigmaMin > 0) || !(sigmaMax > sigmaMin) || !(rho > 0)) {
            throw new IllegalArgumentException("expected at least 2 steps, 0 < sigma_min < sigma_max and rho > 0, got "
                    + steps + ", " + sigmaMin + ", " + sigmaMax + ", " + rho);
        }
    }

    /** D(x; sigma) of samples that share one noise level. */
    public interface Denoised {
        INDArray at(INDArray x, double sigma);
    }

    /** The n + 1 noise levels, the last 0. */
    public double[] noiseLevels() {
        double[] levels = new double[steps + 1];
        double max = Math.pow(sigmaMax, 1 / rho);
        double min = Math.pow(sigmaMin, 1 / rho);
        for (int i = 0; i < steps; i++) {
            levels[i] = Math.pow(max + (double) i / (steps - 1) * (min - max), rho);
        }
        return levels;
    }

    /** Draws samples from standard normal noise; 2n - 1 evaluations. */
    public INDArray sample(Denoised denoiser, INDArray noise) {
        double[] levels = noiseLevels();
        INDArray x = noise.mul(levels[0]);
        for (int i = 0; i < steps; i++) {
            double step = levels[i + 1] - levels[i];
            INDArray slope = x.sub(denoiser.at(x, levels[i])).divi(levels[i]);
            INDArray next = x.add(slope.mul(step));
            if (levels[i + 1] > 0) {
                INDArray corrected = next.sub(denoiser.at(next, levels[i + 1])).divi(levels[i + 1]);
                next = x.add(slope.addi(corrected).muli(step / 2));
            }
            x = next;
        }
        return x;
    }
}
