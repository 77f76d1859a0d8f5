package io.flowmap.adversarial;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What is watched during finetuning, and the reaction.
 *
 * @param samples real and generated images each, for recall; 0: recall is not watched
 * @param neighbours k of recall
 * @param features space in which recall is measured
 * @param guidance guidance weight of the generated samples
 * @param maxRecallDrop largest accepted drop of recall below that of the initial flow map, in [0, 1]
 * @param action reaction to a larger drop
 * @param lostLoss mean discriminator loss below which the discriminator counts as having won, >= 0; 0: not checked
 * @param lostRounds rounds in that mean, >= 1
 */
record WatchConfig(
        int samples,
        int neighbours,
        Space features,
        double guidance,
        double maxRecallDrop,
        Action action,
        double lostLoss,
        int lostRounds) {
    /** The space in which recall is measured. */
    enum Space {
        /** Features of the LeNet trained on the ingested labels. */
        @JsonProperty("lenet")
        LENET,
        /** The latents themselves. */
        @JsonProperty("latents")
        LATENTS
    }

    /** Reaction to a drop of recall. */
    enum Action {
        /** End the finetuning at the last checkpoint, whose recall was still high enough. */
        @JsonProperty("stop")
        STOP,
        /** Continue from that checkpoint with samples not seen yet, at most {@code training.guard.max-rollbacks} times. */
        @JsonProperty("rollback")
        ROLLBACK
    }

    WatchConfig {
        if (samples < 0 || neighbours < 1 || samples > 0 && samples <= neighbours) {
            throw new IllegalArgumentException(
                    "expected samples = 0 or more than neighbours, and neighbours of at least 1, got " + samples + ", "
                            + neighbours);
        }
        if (!(0 <= maxRecallDrop && maxRecallDrop <= 1) || !(lostLoss >= 0) || lostRounds < 1) {
            throw new IllegalArgumentException(
                    "expected max-recall-drop in [0, 1], lost-loss >= 0 and lost-rounds of at least 1, got "
                            + maxRecallDrop + ", " + lostLoss + ", " + lostRounds);
        }
    }

    /** Whether recall is watched. */
    boolean looks() {
        return samples > 0;
    }
}
