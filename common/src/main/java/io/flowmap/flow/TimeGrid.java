package io.flowmap.flow;

import java.util.Arrays;

/**
 * The times of a sampler, from noise at t_0 = 1 down to data at t_n = 0.
 *
 * @param times [n+1], decreasing
 */
public record TimeGrid(double... times) {
    public TimeGrid {
        times = times.clone();
        boolean falls = times.length > 1 && times[0] == 1 && times[times.length - 1] == 0;
        for (int i = 1; i < times.length; i++) {
            falls &= times[i] < times[i - 1];
        }
        if (!falls) {
            throw new IllegalArgumentException("expected times that fall from 1 to 0, got " + Arrays.toString(times));
        }
    }

    /** t_i = 1 - i/n. */
    public static TimeGrid uniform(int n) {
        return shifted(n, 0);
    }

    /** t_i = e^mu / (e^mu + 1/(1 - i/n) - 1): more steps near the noise for mu > 0 (Esser et al. 2024, section 5.3.2). */
    public static TimeGrid shifted(int n, double mu) {
        double[] times = new double[n + 1];
        for (int i = 0; i < n; i++) {
            double t = (double) (n - i) / n;
            times[i] = mu == 0 ? t : shifted(t, mu);
        }
        return new TimeGrid(times);
    }

    /** e^mu / (e^mu + 1/t - 1), 0 at t = 0. */
    public static double shifted(double t, double mu) {
        double factor = Math.exp(mu);
        return t == 0 ? 0 : factor / (factor + (1 / t - 1));
    }

    /** Number of steps n. */
    public int steps() {
        return times.length - 1;
    }

    /** t_i. */
    public double at(int i) {
        return times[i];
    }
}
