package io.flowmap.eval.metric;

import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.stream.IntStream;

/**
 * Intervals of a statistic by resampling the images within their classes (Davison and Hinkley 1997, section 3.2): samples are drawn in
 * fixed shares of the classes, which a resample must keep, else it would be far off by the shares alone. What a resample takes is a
 * function of seed, resample and index.
 *
 * @param seed of the numbers
 * @param resamples how many, two or more
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
     * @param low its lower end
     * @param high its upper end
     */
    public record Interval(double low, double high) {
        /** Half its width. */
        public double margin() {
            return (high - low) / 2;
        }
    }

    /**
     * The images that a resample takes in the places of consecutive ones: each is one of them with the same label, any as likely as another.
     *
     * @param first index of the first image
     * @param labels one an image; a negative one is a class like others
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
     * The basic interval about what an estimate t of as many images is on average, [t + m - q(1 - a/2), t + m - q(a/2)], m the mean and q
     * the quantiles of the resamples' values (Davison and Hinkley 1997, Eq. 5.6, of the deviations from m). A resample of a Frechet distance
     * lies above t about as much as t above the distance of endless images; that bias belongs to the number of images, which is part of a
     * protocol, so it is not taken off here.
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
        double centre = estimate + Arrays.stream(sorted).sum() / sorted.length;
        return new Interval(centre - quantile(sorted, 1 - tail), centre - quantile(sorted, tail));
    }

    /** Between order statistics, linearly. */
    private static double quantile(double[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
