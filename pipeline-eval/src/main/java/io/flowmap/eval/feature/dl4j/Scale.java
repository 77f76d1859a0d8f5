package io.flowmap.eval.feature.dl4j;

import java.util.Collections;
import java.util.List;

/**
 * The range of pixels that a network's file asks for: x / white (high - low) + low.
 *
 * @param low what 0 becomes
 * @param high what white becomes
 * @param white the largest value of a pixel
 */
public record Scale(double low, double high, double white) {
    private static final double BYTE = 255;

    public Scale {
        if (!(high > low) || !(white > 0) || Double.isInfinite(high - low) || Double.isInfinite(white)) {
            throw new IllegalArgumentException(
                    "expected a range of pixels, got " + low + " to " + high + " of " + white);
        }
    }

    /** The same as the mean of (x/255 - mean) / deviation, for each of so many channels. */
    public List<Double> mean(int channels) {
        return Collections.nCopies(channels, -low * white / (BYTE * (high - low)));
    }

    /** The same as the deviation of (x/255 - mean) / deviation. */
    public List<Double> deviation(int channels) {
        return Collections.nCopies(channels, white / (BYTE * (high - low)));
    }
}
