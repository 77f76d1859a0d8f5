package io.flowmap.distill;

import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;

/** The section {@code pretrain}; reference.conf documents every key. */
record PretrainConfig(TimePairs time, double labelDropout, Model main, Model weak) {
    /** One velocity network and its training. */
    record Model(NetworkSection network, TrainingConfig training) {}

    PretrainConfig {
        new FlowMatchingTraining(time, labelDropout, main.training());
    }

    /** How one of the two networks is trained. */
    FlowMatchingTraining training(Model model) {
        return new FlowMatchingTraining(time, labelDropout, model.training());
    }
}
