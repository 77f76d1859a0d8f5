package io.flowmap.flow;

import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;

/**
 * AYF's time pairs: tau ~ N(mean, deviation^2), t - s = sigmoid(tau), s ~ U(0, 1 - (t - s)).
 *
 * @param mean P_mean; AYF: -0.8 (ImageNet-512), -0.6 (ImageNet-64)
 * @param deviation P_std, positive; AYF: 1.0, 1.6
 */
public record TimePairs(double mean, double deviation) implements Serializable {
    public TimePairs {
        if (!(deviation > 0) || !Double.isFinite(mean)) {
            throw new IllegalArgumentException(
                    "cannot draw time pairs: expected a finite mean and a positive deviation, got " + mean + ", "
                            + deviation);
        }
    }

    /** Source time t and target time s, 0 <= s <= t <= 1; {@link #draw} gives s < t. */
    public record Pair(double t, double s) {}

    /** Draws the pair of a key. */
    public Pair draw(CounterRandom random, long stream, long key) {
        double interval = sigmoid(mean + deviation * random.gaussian(stream, key, 0));
        double s = random.uniform(stream, key, 1) * (1 - interval);
        return new Pair(s + interval, s);
    }

    /** Draws a logit-normal time: sigmoid(mean + deviation n), n ~ N(0,1). */
    public double drawTime(CounterRandom random, long stream, long key) {
        return sigmoid(mean + deviation * random.gaussian(stream, key, 0));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }
}
