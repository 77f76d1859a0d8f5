package io.flowmap.eval.preference;

import io.flowmap.tensor.CounterRandom;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Intervals by resampling participants, whose answers belong together: what other participants would say about the same images. The
 * percentiles are widened as for a mean of n values (Hesterberg 2015, "expanded percentile interval"): those at Phi(-sqrt(n/(n-1)) t), t the
 * quantile of Student's distribution with n - 1 degrees of freedom, since those of plain percentiles are too narrow for few participants.
 *
 * @param seed of the random numbers
 * @param resamples number of resamples, at least 2
 * @param confidence share of studies whose interval covers the truth, in (0, 1)
 */
public record ParticipantBootstrap(long seed, int resamples, double confidence) {
    public ParticipantBootstrap {
        if (resamples < 2 || !(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("expected 2 or more resamples and a confidence between 0 and 1, got "
                    + resamples + " and " + confidence);
        }
    }

    /**
     * The interval of every estimate.
     *
     * @param participants tally of each participant, 2 or more
     * @param whole their sum
     * @return lower and upper ends in the order of {@link Estimates#values}, [2][]; NaN where no resample has a value
     */
    public double[][] intervals(List<Tally> participants, Tally whole, double ridge) {
        int n = participants.size();
        if (n < 2) {
            throw new IllegalArgumentException("expected 2 or more participants for an interval, got " + n);
        }
        var start = DavidsonModel.fit(whole, ridge);
        var random = new CounterRandom(seed);
        var drawn = new double[resamples][];
        for (int resample = 0; resample < resamples; resample++) {
            var times = new int[n];
            for (int i = 0; i < n; i++) {
                times[(int) random.below(n, resample, i)]++;
            }
            var sum = whole.empty();
            for (int i = 0; i < n; i++) {
                if (times[i] > 0) {
                    sum.add(participants.get(i), times[i]);
                }
            }
            drawn[resample] =
                    Estimates.of(sum, DavidsonModel.fit(sum, ridge, start)).values();
        }
        double tail = tail(n);
        var ends = new double[2][drawn[0].length];
        for (int i = 0; i < drawn[0].length; i++) {
            int value = i;
            double[] sorted = IntStream.range(0, resamples)
                    .mapToDouble(resample -> drawn[resample][value])
                    .filter(x -> !Double.isNaN(x))
                    .sorted()
                    .toArray();
            ends[0][i] = quantile(sorted, tail);
            ends[1][i] = quantile(sorted, 1 - tail);
        }
        return ends;
    }

    /** Share of the resamples outside of an interval on each side. */
    double tail(int n) {
        double t = new TDistribution(null, n - 1).inverseCumulativeProbability(1 - (1 - confidence) / 2);
        return new NormalDistribution(null, 0, 1).cumulativeProbability(-Math.sqrt(n / (n - 1.0)) * t);
    }

    /** Quantile by linear interpolation between order statistics, of which the k-th is that of k/(N + 1) (Hyndman and Fan 1996, type 6). */
    private static double quantile(double[] sorted, double p) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double at = Math.max(0, Math.min(sorted.length - 1, p * (sorted.length + 1) - 1));
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
