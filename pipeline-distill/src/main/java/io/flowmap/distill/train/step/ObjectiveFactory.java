package io.flowmap.distill.train.step;

import io.flowmap.checkpoint.FrozenFile;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Serializable recipe from which an executor creates objectives, one for each task that runs there at the same time. An executor may
 * reuse an objective for an equal recipe, so a recipe includes everything its objectives depend on, including hashes of the files they
 * read.
 */
public interface ObjectiveFactory extends Serializable {
    /** Builds an objective. It reads teacher checkpoints and other files itself. */
    LocalObjective create(Configuration hadoop, TrainingConfig config);

    /** What an objective will hold for these samples. Reads the files of frozen weights, and takes no other memory. */
    default ObjectiveSizes sizes(Configuration hadoop, TrainingConfig config, BlockSource data) {
        return ObjectiveSizes.NONE;
    }

    /** The parameters that are not in the trained vector; null if all are. Checkpoints name this file. */
    default FrozenFile frozen() {
        return null;
    }

    /** Seed of the training's random numbers and of the order of its samples. */
    long seed();

    /**
     * Names of the values that every step measures in addition to the residual, in the order of its reports; columns of the table of
     * rounds.
     */
    default List<String> measures() {
        return List.of();
    }

    /**
     * The update rule of the flat vector, by default with the training's own constants.
     *
     * @param start step at which the training begins
     */
    default Updater updater(TrainingConfig config, int length, long start) {
        return Updater.of(config, length, start);
    }

    /** The projection that the driver applies after averaging. Override it if creating a whole objective is too expensive. */
    default Normalisation normalisation(Configuration hadoop, TrainingConfig config) {
        return create(hadoop, config);
    }
}
