package io.flowmap.distill.prepare;

import java.io.Serializable;

/**
 * How much a velocity's error is measured on; reference.conf documents every key.
 *
 * @param samples of the training split, at times that fill the bins evenly
 * @param batch samples evaluated at once
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
