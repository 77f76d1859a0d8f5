package io.flowmap.distill;

import io.flowmap.distill.train.TrainingConfig;
import io.flowmap.flow.TimePairs;

/** The section {@code pretrain}; reference.conf documents every key. */
record PretrainConfig(TimePairs time, double labelDropout, Model main, Model weak) {
    /** One velocity network and its training. */
    record Model(NetworkConfig network, TrainingConfig training) {}

    PretrainConfig {
        if (labelDropout < 0 || labelDropout > 1) {
            throw new IllegalArgumentException("expected label-dropout in [0, 1], got " + labelDropout);
        }
    }
}
