package io.flowmap.data;

import io.flowmap.tensor.Mergeable;

/**
 * Count, means and centred second moments of the channels of a set, in float64. Each part is centred by its own means, so that no precision
 * is lost if a mean is far larger than its deviation. Parts merge as M = M_a + M_b + n_a n_b / (n_a + n_b) (mean_b - mean_a)^2 (Chan,
 * Golub, LeVeque 1979). Merging the same parts in the same order gives the same bits.
 *
 * @param count number of values in a channel
 * @param mean mean of each channel
 * @param scatter sum of (x - mean)^2 of each channel
 */
public record ChannelMoments(long count, double[] mean, double[] scatter)
        implements Mergeable.Statistic<float[], ChannelMoments> {
    /** Moments of an empty set. */
    public static ChannelMoments none(int channels) {
        return new ChannelMoments(0, new double[channels], new double[channels]);
    }

    /** Moments of records [N,C,H,W] with at least one value. */
    public static ChannelMoments of(float[] values, int records, int channels) {
        int area = values.length / records / channels;
        var moments = new ChannelMoments((long) records * area, new double[channels], new double[channels]);
        for (int i = 0; i < values.length; i++) {
            moments.mean[i / area % channels] += values[i];
        }
        for (int c = 0; c < channels; c++) {
            moments.mean[c] /= moments.count;
        }
        for (int i = 0; i < values.length; i++) {
            int c = i / area % channels;
            double rest = values[i] - moments.mean[c];
            moments.scatter[c] += rest * rest;
        }
        return moments;
    }

    /** The moments with one more record [C,H,W]. */
    @Override
    public ChannelMoments add(float[] values) {
        return merge(of(values, 1, mean.length));
    }

    @Override
    public ChannelMoments merge(ChannelMoments other) {
        if (count == 0 || other.count == 0) {
            return count == 0 ? other : this;
        }
        var merged = new ChannelMoments(count + other.count, mean.clone(), scatter.clone());
        double share = (double) other.count / merged.count;
        for (int c = 0; c < mean.length; c++) {
            double apart = other.mean[c] - mean[c];
            merged.mean[c] += share * apart;
            merged.scatter[c] += other.scatter[c] + count * share * apart * apart;
        }
        return merged;
    }

    public double deviation(int channel) {
        return Math.sqrt(scatter[channel] / count);
    }
}
