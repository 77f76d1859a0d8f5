package io.flowmap.distill.prepare;

import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import java.io.Serializable;

/**
 * How a time embedding is aligned; reference.conf documents every key.
 *
 * @param time mean and deviation of logit t = ln sigma
 * @param frequencyScale of the new features over the slope of the old ones
 */
public record AlignmentConfig(TimePairs time, double frequencyScale, TrainingConfig training) implements Serializable {
    public AlignmentConfig {
        if (!(frequencyScale > 0) || Double.isInfinite(frequencyScale)) {
            throw new IllegalArgumentException("expected frequency-scale > 0, got " + frequencyScale);
        }
    }
}
