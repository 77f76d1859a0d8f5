package io.flowmap.ingest.write;

import io.flowmap.config.UserError;
import io.flowmap.data.Standardised;
import io.flowmap.tensor.Mergeable;
import java.math.BigInteger;
import java.util.ArrayList;

/**
 * Integer sums of pixels by channel. They are exact, so the order of summation does not matter.
 *
 * @param sum sum of the pixels of each channel
 * @param squares sum of the squared pixels of each channel
 * @param count number of pixels in a channel
 */
public record Moments(long[] sum, long[] squares, long count) implements Mergeable.Statistic<byte[], Moments> {
    static Moments none(int channels) {
        return new Moments(new long[channels], new long[channels], 0);
    }

    /** The moments with the pixels [C,H,W] of one more image. */
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

    /** Merges two sums. Throws {@link ArithmeticException} beyond 2^63, about 10^14 pixels. */
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
     * The encoder with mean = S1 / n and deviation = sqrt(n S2 - S1^2) / n, rounded once at the end. Throws {@link UserError} for a channel
     * with a single value.
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
                throw new UserError("cannot standardise channel " + c + ": expected varying pixels, got "
                        + (double) sum[c] / count + " in all");
            }
            mean.add((double) sum[c] / count);
            deviation.add(StrictMath.sqrt(spread.doubleValue()) / count);
        }
        return new Standardised(mean, deviation, sigmaData);
    }
}
