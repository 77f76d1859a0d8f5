package io.flowmap.distill.prepare;

import java.io.Serializable;

/**
 * Settings of the measurement of velocity errors; reference.conf documents every key.
 *
 * @param samples samples of the training split, with times spread evenly over the bins
 * @param batch samples per evaluation
 */
record MeasureConfig(int samples, int batch) implements Serializable {
    /** Equal bins of t. */
    static final int BINS = 10;

    MeasureConfig {
        if (samples < BINS || batch < 1) {
            throw new IllegalArgumentException(
                    "expected samples >= " + BINS + " and batch >= 1, got " + samples + ", " + batch);
        }
    }

    int batches() {
        return (samples - 1) / batch + 1;
    }
}
