package io.flowmap.app.sweep;

import java.io.Serializable;
import java.util.Locale;

/**
 * One choice of all that a sweep varies.
 *
 * @param number of the case, from 0
 * @param stage of the flow map
 * @param average vector of its checkpoint
 * @param guidance weight lambda
 * @param gamma noise of the sampler between steps
 * @param steps of the sampler
 */
record SweepCase(int number, String stage, String average, double guidance, double gamma, int steps)
        implements Serializable {
    /** The network that draws it. */
    String network() {
        return stage + " " + average;
    }

    /** In words. */
    String name() {
        return String.format(Locale.ROOT, "%s lambda=%s gamma=%s steps=%d", network(), guidance, gamma, steps);
    }
}
