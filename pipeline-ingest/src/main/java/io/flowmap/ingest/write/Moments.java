package io.flowmap.ingest.write;

import io.flowmap.config.UserError;
import io.flowmap.data.Standardised;
import io.flowmap.tensor.Mergeable;
import java.math.BigInteger;
import java.util.ArrayList;

/**
 * Sums of pixels by channel in integers: exact, hence the same in whatever order they are added.
 *
 * @param sum of the pixels of each channel
 * @param squares of the pixels of each channel
 * @param count pixels of a channel
 */
public record Moments(long[] sum, long[] squares, long count) implements Mergeable.Statistic<byte[], Moments> {
    static Moments none(int channels) {
        return new Moments(new long[channels], new long[channels], 0);
    }

    /** With the pixels [C,H,W] of one image. */
    @Override
    public Moments add(byte[] pixels) {
        int area = pixels.length / sum.length;
        var one = new Moments(new long[sum.length], new long[sum.length], area);
        for (int i = 0; i < pixels.length; i++) {
            int pixel = pixels[i] & 0xff;
            one.sum[i / area] += pixel;
            one.squares[i / area] += (long) pixel * pixel;
        }
        return merge(one);
    }

    /** Throws {@link ArithmeticException} beyond 2^63, about 10^14 pixels. */
    @Override
    public Moments merge(Moments other) {
        var merged = none(sum.length);
        for (int c = 0; c < sum.length; c++) {
            merged.sum[c] = Math.addExact(sum[c], other.sum[c]);
            merged.squares[c] = Math.addExact(squares[c], other.squares[c]);
        }
        return new Moments(merged.sum, merged.squares, count + other.count);
    }

    /**
     * mean = S1 / n, deviation = sqrt(n S2 - S1^2) / n, rounded once at the end. Throws {@link UserError} for a channel
     * of one value.
     */
    public Standardised encoder(double sigmaData) {
        var mean = new ArrayList<Double>();
        var deviation = new ArrayList<Double>();
        for (int c = 0; c < sum.length; c++) {
            var square = BigInteger.valueOf(sum[c]).pow(2);
            var spread = BigInteger.valueOf(count)
                    .multiply(BigInteger.valueOf(squares[c]))
                    .subtract(square);
            if (spread.signum() == 0) {
                throw new UserError("cannot standardise channel " + c + ": expected different pixels, got "
                        + (double) sum[c] / count + " in all");
            }
            mean.add((double) sum[c] / count);
            deviation.add(StrictMath.sqrt(spread.doubleValue()) / count);
        }
        return new Standardised(mean, deviation, sigmaData);
    }
}
