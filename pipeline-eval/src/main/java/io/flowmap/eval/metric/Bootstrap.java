package io.flowmap.eval.metric;

import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.stream.IntStream;

/**
 * Intervals of a statistic by resampling images within their classes (Davison and Hinkley 1997, section 3.2). Samples are drawn with
 * fixed shares of the classes, and a resample must keep them, or its value would be far off for that reason alone. The images of a
 * resample are a function of seed, resample number and index.
 *
 * @param seed seed of the random numbers
 * @param resamples number of resamples, at least 2
 */
public record Bootstrap(long seed, int resamples) implements Serializable {
    public Bootstrap {
        if (resamples < 2) {
            throw new IllegalArgumentException("cannot bootstrap: expected two or more resamples, got " + resamples);
        }
    }

    /**
     * An interval of a statistic.
     *
     * @param low lower end
     * @param high upper end
     */
    public record Interval(double low, double high) {
        /** Half its width. */
        public double margin() {
            return (high - low) / 2;
        }
    }

    /**
     * The images that a resample takes in place of consecutive ones: each is drawn uniformly from those with the same label.
     *
     * @param first index of the first image
     * @param labels label of each image; a negative label counts as a class
     * @return places, from 0
     */
    public int[] draw(int resample, long first, int[] labels) {
        var places = new HashMap<Integer, int[]>();
        var random = new CounterRandom(seed);
        var drawn = new int[labels.length];
        for (int i = 0; i < drawn.length; i++) {
            var same = places.computeIfAbsent(labels[i], label -> IntStream.range(0, labels.length)
                    .filter(place -> labels[place] == label)
                    .toArray());
            drawn[i] = same[(int) random.below(same.length, resample, first + i)];
        }
        return drawn;
    }

    /**
     * The basic interval around the expected value of an estimate t from this many images: [t + m - q(1 - a/2), t + m - q(a/2)], where
     * m is the mean and q the quantiles of the resamples' values (Davison and Hinkley 1997, Eq. 5.6, applied to deviations from m).
     * A resample of a Frechet distance lies above t by about as much as t lies above the distance for infinitely many images. This bias
     * belongs to the number of images, which is part of a protocol, so it is not corrected here.
     *
     * @param estimate estimate from all images
     * @param values value of each resample
     * @param confidence 1 - a, in (0, 1)
     */
    public static Interval interval(double estimate, double[] values, double confidence) {
        var percentiles = percentiles(values, confidence);
        var sorted = values.clone();
        Arrays.sort(sorted);
        double centre = estimate + Arrays.stream(sorted).sum() / sorted.length;
        return new Interval(centre - percentiles.high(), centre - percentiles.low());
    }

    /**
     * The percentile interval [q(a/2), q(1 - a/2)] (Davison and Hinkley 1997, section 5.3), for means: it stays where the values are.
     *
     * @param values value of each resample
     * @param confidence 1 - a, in (0, 1)
     */
    public static Interval percentiles(double[] values, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException(
                    "cannot make an interval: expected a confidence between 0 and 1, got " + confidence);
        }
        var sorted = values.clone();
        Arrays.sort(sorted);
        double tail = (1 - confidence) / 2;
        return new Interval(quantile(sorted, tail), quantile(sorted, 1 - tail));
    }

    /** Quantile by linear interpolation between order statistics. */
    private static double quantile(double[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
