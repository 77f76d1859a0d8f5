package io.flowmap.adversarial;

import io.flowmap.flow.TimePairs;
import io.flowmap.tensor.CounterRandom;
import java.io.Serializable;

/**
 * Where fakes start: each is one step of the flow map from time t to s = 0.
 *
 * @param randomShare share of fakes, in [0, 1], that start at a random t on the path of their own real sample; the rest start at t = 1
 * @param time distribution of that random t, logit-normal
 */
record FakesConfig(double randomShare, TimePairs time) implements Serializable {
    FakesConfig {
        if (!(0 <= randomShare && randomShare <= 1)) {
            throw new IllegalArgumentException("expected random-share in [0, 1], got " + randomShare);
        }
    }

    double draw(CounterRandom random, long stream, long sample) {
        boolean drawn = randomShare > 0 && random.uniform(stream, sample, 2) < randomShare;
        return drawn ? time.drawTime(random, stream, sample) : 1;
    }
}
