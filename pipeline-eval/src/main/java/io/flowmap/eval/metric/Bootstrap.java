package io.flowmap.eval.metric;

import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Intervals of a statistic by resampling the images: in a resample every image counts a Poisson(1) number of times that is a function of
 * seed, resample and image alone (Hanley and MacGibbon 2006), so any statistic of blocks is resampled block by block, wherever these are,
 * in the memory that it needs once.
 *
 * @param seed of the numbers
 * @param resamples how many, two or more
 */
public record Bootstrap(long seed, int resamples) {
    public Bootstrap {
        if (resamples < 2) {
            throw new IllegalArgumentException("cannot bootstrap: expected two or more resamples, got " + resamples);
        }
    }

    /**
     * An interval of a statistic.
     *
     * @param low its lower end
     * @param high its upper end
     */
    public record Interval(double low, double high) {}

    /** How often an image counts in a resample. */
    public int multiplicity(int resample, long index) {
        double left = new CounterRandom(seed).uniform(resample, index);
        double probability = Math.exp(-1);
        int number = 0;
        while (left > probability) {
            left -= probability;
            number++;
            probability /= number;
        }
        return number;
    }

    /** A block of a resample: its rows as often as they count, {@code first} the index of the first one. */
    public FeatureBlock resampled(FeatureBlock block, long first, int resample) {
        return block.select(IntStream.range(0, block.rows())
                .flatMap(row -> IntStream.generate(() -> row).limit(multiplicity(resample, first + row)))
                .toArray());
    }

    /** The mean of values, one an image in the order of the indices, in every resample. */
    public double[] means(double[] values) {
        var means = new double[resamples];
        for (int resample = 0; resample < resamples; resample++) {
            double sum = 0;
            long count = 0;
            for (int i = 0; i < values.length; i++) {
                int multiplicity = multiplicity(resample, i);
                sum += multiplicity * values[i];
                count += multiplicity;
            }
            means[resample] = sum / count;
        }
        return means;
    }

    /**
     * The basic interval [2 t - q(1 - a/2), 2 t - q(a/2)], q the quantiles of the resamples' values (Davison and Hinkley 1997, Eq. 5.6): a
     * resample of a Frechet distance lies above the estimate t as much as t above the truth, which this takes back.
     *
     * @param estimate of all images
     * @param values one a resample
     * @param confidence 1 - a, in (0, 1)
     */
    public static Interval interval(double estimate, double[] values, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException(
                    "cannot make an interval: expected a confidence between 0 and 1, got " + confidence);
        }
        var sorted = values.clone();
        Arrays.sort(sorted);
        double tail = (1 - confidence) / 2;
        return new Interval(2 * estimate - quantile(sorted, 1 - tail), 2 * estimate - quantile(sorted, tail));
    }

    /** Between order statistics, linearly. */
    private static double quantile(double[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
