package io.flowmap.flow;

/**
 * The exact velocity for data from a mixture of isotropic Gaussians: with posterior weights p_k(x,t) of the components,
 * v(x,t) = sum_k p_k [ (t - (1-t) c_k^2)/S_k^2 (x - (1-t) m_k) - m_k ], S_k(t)^2 = t^2 + (1-t)^2 c_k^2.
 *
 * @param weights of the components, positive; they need not sum to 1
 * @param means [K][D]
 * @param deviations c_k, positive
 */
public record GaussianMixtureFlow(double[] weights, double[][] means, double[] deviations) {
    public GaussianMixtureFlow {
        if (weights.length == 0 || means.length != weights.length || deviations.length != weights.length) {
            throw new IllegalArgumentException(
                    "cannot build a mixture: expected as many weights, means and deviations, got " + weights.length
                            + ", " + means.length + ", " + deviations.length);
        }
    }

    /** v at a point x [D] and time t in [0,1]. */
    public double[] velocity(double[] x, double t) {
        double[] posterior = posterior(x, t);
        double[] v = new double[x.length];
        for (int k = 0; k < weights.length; k++) {
            double square = square(k, t);
            double slope = (t - (1 - t) * deviations[k] * deviations[k]) / square;
            for (int d = 0; d < x.length; d++) {
                v[d] += posterior[k] * (slope * (x[d] - (1 - t) * means[k][d]) - means[k][d]);
            }
        }
        return v;
    }

    /** Posterior probabilities of the components given x_t = x. */
    double[] posterior(double[] x, double t) {
        double[] logs = new double[weights.length];
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < logs.length; k++) {
            double distance = 0;
            for (int d = 0; d < x.length; d++) {
                double delta = x[d] - (1 - t) * means[k][d];
                distance += delta * delta;
            }
            double square = square(k, t);
            logs[k] = Math.log(weights[k]) - 0.5 * distance / square - 0.5 * x.length * Math.log(square);
            max = Math.max(max, logs[k]);
        }
        double sum = 0;
        for (int k = 0; k < logs.length; k++) {
            logs[k] = Math.exp(logs[k] - max);
            sum += logs[k];
        }
        for (int k = 0; k < logs.length; k++) {
            logs[k] /= sum;
        }
        return logs;
    }

    private double square(int k, double t) {
        return t * t + (1 - t) * (1 - t) * deviations[k] * deviations[k];
    }
}
