package io.flowmap.distill.objective;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;

/**
 * Time pairs of which a share has s = t, where the objective reduces to flow matching.
 *
 * @param pairs distribution of the others
 * @param share probability of s = t, in [0, 1]
 */
public record MixedPairs(TimePairs pairs, double share) implements Serializable {
    private static final long COIN = 2; // a time pair uses numbers 0 and 1

    public MixedPairs {
        if (!(0 <= share && share <= 1)) {
            throw new IllegalArgumentException("expected flow-matching-share in [0, 1], got " + share);
        }
    }

    TimePairs.Pair draw(CounterRandom random, long stream, long sample) {
        var pair = pairs.draw(random, stream, sample);
        return random.uniform(stream, sample, COIN) < share ? new TimePairs.Pair(pair.t(), pair.t()) : pair;
    }
}
