package io.flowmap.eval.prompt;

import io.flowmap.eval.metric.Bootstrap;
import io.flowmap.eval.metric.Bootstrap.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Intervals of means over samples, by resampling prompts with all their samples. Samples of one prompt are not independent: resampling
 * samples would give intervals that are too narrow. Prompts are drawn within their groups, whose shares are fixed.
 *
 * @param bootstrap null for no intervals
 * @param confidence of an interval, in (0, 1)
 */
public record PromptBootstrap(Bootstrap bootstrap, double confidence) {
    /**
     * A mean over samples: the sum of the totals over the sum of the counts.
     *
     * @param totals sum over the samples of each prompt
     * @param counts number of samples of each prompt
     */
    record Ratio(double[] totals, double[] counts) {
        /** Samples of all prompts. */
        long samples() {
            return Math.round(Arrays.stream(counts).sum());
        }

        /** NaN without samples. */
        double value() {
            return Arrays.stream(totals).sum() / Arrays.stream(counts).sum();
        }

        private double over(int[] prompts) {
            double total = 0;
            double count = 0;
            for (int prompt : prompts) {
                total += totals[prompt];
                count += counts[prompt];
            }
            return total / count;
        }
    }

    /** The percentile interval of each ratio, all from the same resamples; null for no interval. */
    Interval[] intervals(List<Ratio> ratios, int[] groups) {
        var intervals = new Interval[ratios.size()];
        if (bootstrap == null) {
            return intervals;
        }
        var values = new double[ratios.size()][bootstrap.resamples()];
        for (int resample = 0; resample < bootstrap.resamples(); resample++) {
            int[] drawn = bootstrap.draw(resample, 0, groups);
            for (int i = 0; i < values.length; i++) {
                values[i][resample] = ratios.get(i).over(drawn);
            }
        }
        for (int i = 0; i < values.length; i++) {
            var defined = DoubleStream.of(values[i]).filter(Double::isFinite).toArray();
            intervals[i] = defined.length == 0 ? null : Bootstrap.percentiles(defined, confidence);
        }
        return intervals;
    }
}
