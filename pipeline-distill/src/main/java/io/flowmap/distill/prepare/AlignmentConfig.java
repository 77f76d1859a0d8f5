package io.flowmap.distill.prepare;

import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import java.io.Serializable;

/**
 * Settings of the alignment of a time embedding; reference.conf documents every key.
 *
 * @param time mean and standard deviation of logit t = ln sigma
 * @param frequencyScale slope of the new features relative to the old ones
 */
public record AlignmentConfig(TimePairs time, double frequencyScale, TrainingConfig training) implements Serializable {
    public AlignmentConfig {
        if (!(frequencyScale > 0) || Double.isInfinite(frequencyScale)) {
            throw new IllegalArgumentException("expected frequency-scale > 0, got " + frequencyScale);
        }
    }
}
