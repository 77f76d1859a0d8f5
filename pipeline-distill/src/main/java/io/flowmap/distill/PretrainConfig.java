package io.flowmap.distill;

import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.TimePairs;
import io.flowmap.model.NetworkSpec;
import io.flowmap.stage.JobContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** The section {@code pretrain}; reference.conf documents every key. */
record PretrainConfig(TimePairs time, double labelDropout, Model main, boolean weakModel, Model weak) {
    /** One velocity network and its training. */
    record Model(NetworkSection network, TrainingConfig training) {
        /** @param path of this section, for messages */
        NetworkSpec spec(String path, JobContext context) {
            return network.velocity(path + ".network", TrainingSplits.of(context, training.splits()));
        }
    }

    PretrainConfig {
        new FlowMatchingTraining(time, labelDropout, main.training());
    }

    /** The networks by name, in the order of their training. */
    Map<String, Model> models() {
        var models = new LinkedHashMap<String, Model>();
        models.put("main", main);
        if (weakModel) {
            models.put("weak", weak);
        }
        return models;
    }

    /** How one of the networks is trained. */
    FlowMatchingTraining training(Model model) {
        return new FlowMatchingTraining(time, labelDropout, model.training());
    }
}
