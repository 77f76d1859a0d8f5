package io.flowmap.distill.train;

import io.flowmap.checkpoint.CheckpointStore;
import java.util.List;

/**
 * Result of a training. Its vectors are read from the last checkpoint.
 *
 * @param step steps done
 * @param hash content hash of the last checkpoint: equal configuration and seed give an equal hash
 * @param checkpoints of the training
 * @param objection reason why its watch ended it early, "" if it ran to the last step
 */
public record TrainedModel(long step, String hash, CheckpointStore checkpoints, String objection) {
    /** Last parameters ("parameters"), Adam's moments ("adam-m", "adam-v"), and averages ("ema-0.05"). */
    public List<String> roles() {
        return checkpoints.roles(step);
    }

    /** The vector of a role [P]. */
    public float[] vector(String role) {
        return checkpoints.load(step, role).vector(role);
    }
}
