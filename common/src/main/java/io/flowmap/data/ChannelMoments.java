package io.flowmap.data;

import io.flowmap.tensor.Mergeable;

/**
 * Count, means and centred second moments of a set's channels in float64. Parts are centred by their own means, so that nothing is lost
 * where a mean is far above its deviation, and merge as M = M_a + M_b + n_a n_b / (n_a + n_b) (mean_b - mean_a)^2 (Chan, Golub, LeVeque
 * 1979): parts merged in the same order give the same bits.
 *
 * @param count values of a channel
 * @param mean of each channel
 * @param scatter sum of each channel's (x - mean)^2
 */
public record ChannelMoments(long count, double[] mean, double[] scatter)
        implements Mergeable.Statistic<float[], ChannelMoments> {
    /** Moments of nothing. */
    public static ChannelMoments none(int channels) {
        return new ChannelMoments(0, new double[channels], new double[channels]);
    }

    /** Moments of records [N,C,H,W], of one or more values. */
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

    /** With one more record [C,H,W]. */
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
