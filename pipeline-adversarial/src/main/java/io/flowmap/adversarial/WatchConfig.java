package io.flowmap.adversarial;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What is watched of a finetuning, and what follows.
 *
 * @param samples images of either side in recall, 0 = recall is not watched
 * @param neighbours k of recall
 * @param features what recall is taken in
 * @param guidance weight that the watched samples are drawn with
 * @param maxRecallDrop recall may lie so far below that of the flow map at the start, [0, 1]
 * @param action what follows when it lies lower
 * @param lostLoss mean discriminator loss below which the discriminator has won, >= 0; 0 = it may
 * @param lostRounds rounds of that mean, >= 1
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
    /** What recall is taken in. */
    enum Space {
        /** Features of the LeNet of the ingested labels. */
        @JsonProperty("lenet")
        LENET,
        /** The latents themselves. */
        @JsonProperty("latents")
        LATENTS
    }

    /** What follows a fall of recall. */
    enum Action {
        /** The finetuning ends with its last checkpoint, whose recall was not too low. */
        @JsonProperty("stop")
        STOP,
        /** It goes on from there with samples not seen yet, {@code training.guard.max-rollbacks} times. */
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
