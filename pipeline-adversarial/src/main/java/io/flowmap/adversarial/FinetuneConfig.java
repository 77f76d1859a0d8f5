package io.flowmap.adversarial;

import io.flowmap.adversarial.discriminator.Augmentation;
import io.flowmap.adversarial.discriminator.DiscriminatorConfig;
import io.flowmap.adversarial.discriminator.PenaltyConfig;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.step.AdamConfig;
import io.flowmap.distill.train.step.LearningRateConfig;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.nn.ConditionShape;

/** The section {@code finetune}; reference.conf documents every key. */
record FinetuneConfig(
        boolean inPipeline,
        String stage,
        double coefficient,
        AdaptiveWeight adaptive,
        PenaltyConfig penalty,
        Discriminator discriminator,
        FakesConfig fakes,
        Augmentation augmentation,
        WatchConfig watch,
        TrainingConfig training) {

    FinetuneConfig {
        if (!(coefficient >= 0) || Double.isInfinite(coefficient)) {
            throw new IllegalArgumentException("expected coefficient >= 0, got " + coefficient);
        }
        if (coefficient > 0
                && discriminator.deviationChannels() > 0
                && training.batchPerWorker() > discriminator.groupSize()
                && training.batchPerWorker() % discriminator.groupSize() != 0) {
            throw new IllegalArgumentException(
                    "expected training.batch-per-worker divisible by discriminator.group-size = "
                            + discriminator.groupSize() + ", got " + training.batchPerWorker());
        }
    }

    /** Whether a discriminator is trained; if not, distillation simply continues. */
    boolean plays() {
        return coefficient > 0;
    }

    /** The section {@code finetune.discriminator}; shape and condition come from the data. */
    record Discriminator(
            int channelBase,
            int channelMax,
            int groupSize,
            int deviationChannels,
            int mappingLayers,
            int mappingWidth,
            double mappingRate,
            double clamp,
            AdamConfig adam,
            LearningRateConfig learningRate) {

        DiscriminatorConfig config(LatentShape shape, ConditionShape condition) {
            return new DiscriminatorConfig(
                    shape,
                    condition,
                    channelBase,
                    channelMax,
                    groupSize,
                    deviationChannels,
                    mappingLayers,
                    mappingWidth,
                    mappingRate,
                    clamp);
        }
    }
}
