package io.flowmap.app.sweep;

import java.io.Serializable;
import java.util.Locale;

/**
 * One combination of the varied settings.
 *
 * @param number number of the case, from 0
 * @param stage stage of the flow map
 * @param average vector of its checkpoint
 * @param guidance weight lambda
 * @param gamma noise of the sampler between steps
 * @param steps steps of the sampler
 */
record SweepCase(int number, String stage, String average, double guidance, double gamma, int steps)
        implements Serializable {
    /** Name of the network that draws its samples. */
    String network() {
        return stage + " " + average;
    }

    /** The case as text for messages. */
    String name() {
        return String.format(Locale.ROOT, "%s lambda=%s gamma=%s steps=%d", network(), guidance, gamma, steps);
    }
}
