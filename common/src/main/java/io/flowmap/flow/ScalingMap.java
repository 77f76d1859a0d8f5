package io.flowmap.flow;

/** A map of zero-mean Gaussian data that only scales, f(x,t,s) = m(t,s) x: exact, perturbed or an Euler step. */
public interface ScalingMap {
    /** m(t, s). */
    double factor(double t, double s);

    /** This map on arrays, for the samplers. */
    default FlowMap asFlowMap() {
        return (x, t, s) -> x.mul((factor(t, s) - 1) / (s - t));
    }

    /**
     * Variance of a coordinate after n steps of {@link Sampling#flowMap} from variance 1 at t = 1. A step t to u with sig = u/(1-u),
     * sig~ = sig sqrt(1-gamma^2), t~ = sig~/(1+sig~) gives var_u = [(1-u)/(1-t~) m(t,t~)]^2 var_t + (gamma u)^2. At gamma = 1 this is
     * the recursion of multistep consistency sampling, var_u = u^2 + (1-u)^2 m(t,0)^2 var_t (AYF Thm 3.1, proof); at gamma = 0 the
     * product of the factors.
     */
    default double variance(int n, double gamma) {
        double variance = 1;
        for (int i = 0; i < n; i++) {
            double t = (double) (n - i) / n;
            double u = (double) (n - i - 1) / n;
            double sigma = u / (1 - u) * Math.sqrt(1 - gamma * gamma);
            double middle = gamma == 0 ? u : sigma / (1 + sigma);
            double factor = (1 - u) / (1 - middle) * factor(t, middle);
            variance = factor * factor * variance + gamma * gamma * u * u;
        }
        return variance;
    }
}
