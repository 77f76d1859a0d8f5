package io.flowmap.distill.train.step;

import io.flowmap.checkpoint.FrozenFile;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Serializable recipe that an executor turns into objectives, one for every task that runs there at the same time. An executor may use an
 * objective again for an equal recipe: a recipe holds all that its objectives follow from, the hashes of what they read included.
 */
public interface ObjectiveFactory extends Serializable {
    /** Builds an objective; reads what it needs (teacher checkpoints) itself. */
    LocalObjective create(Configuration hadoop);

    /** The parameters that the trained vector has not; null where it has all. Checkpoints name it. */
    default FrozenFile frozen() {
        return null;
    }

    /** Seed of the training's random numbers, the order of its samples included. */
    long seed();

    /** Names of what every step measures beside its residual, in the order of its reports; columns of the table of rounds. */
    default List<String> measures() {
        return List.of();
    }

    /**
     * How the flat vector is updated: by the training's own constants.
     *
     * @param start step at which the training begins
     */
    default Updater updater(TrainingConfig config, int length, long start) {
        return Updater.of(config, length, start);
    }

    /** The projection that the driver applies after averaging; override where it comes cheaper than a whole objective. */
    default Normalisation normalisation(Configuration hadoop) {
        return create(hadoop);
    }
}
