package io.flowmap.adversarial;

import io.flowmap.adversarial.discriminator.AdversarialProgram;
import io.flowmap.adversarial.discriminator.Augmentation;
import io.flowmap.adversarial.discriminator.Discriminator;
import io.flowmap.adversarial.discriminator.DiscriminatorConfig;
import io.flowmap.adversarial.discriminator.PenaltyConfig;
import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.distill.StudentFactory;
import io.flowmap.distill.train.step.AdamConfig;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.LearningRateConfig;
import io.flowmap.distill.train.step.LocalObjective;
import io.flowmap.distill.train.step.Normalisation;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.distill.train.step.ObjectiveSizes;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.distill.train.step.Updater;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.Parameter;
import io.flowmap.tensor.ParameterLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Recipe for training a flow map and a discriminator together. The flat vector holds the flow map's arrays, then the discriminator's.
 *
 * @param emd distillation objective, which continues during finetuning
 * @param discriminator size of the discriminator
 * @param game losses and penalties of the two networks
 * @param adam constants of the discriminator's Adam
 * @param learningRate schedule of the discriminator
 * @param adversarialSeed seed of the fakes, augmentation and perturbations
 */
record AdversarialFactory(
        StudentFactory emd,
        DiscriminatorConfig discriminator,
        GameConfig game,
        AdamConfig adam,
        LearningRateConfig learningRate,
        long adversarialSeed)
        implements ObjectiveFactory {
    /** Prefix of the discriminator's arrays in the combined layout. */
    static final String PREFIX = "discriminator.";

    /**
     * Losses and penalties of the two networks.
     *
     * @param coefficient k in L_EMD + k a L_G, > 0
     * @param adaptive computes a
     */
    record GameConfig(
            double coefficient,
            AdaptiveWeight adaptive,
            PenaltyConfig penalty,
            FakesConfig fakes,
            Augmentation augmentation)
            implements java.io.Serializable {}

    @Override
    public LocalObjective create(Configuration hadoop, TrainingConfig config) {
        return new AdversarialObjective(this, emd.create(hadoop, config), hadoop, config);
    }

    @Override
    public ObjectiveSizes sizes(Configuration hadoop, TrainingConfig config, BlockSource data) {
        try (var base = emd.base(hadoop)) {
            int batch = config.batchPerWorker();
            return emd.sizes(hadoop, config, data)
                    .withVectors(4L * studentLength())
                    .with(AdversarialProgram.plan(setup(config, batch, base.arrays(), false)))
                    .with(AdversarialProgram.plan(setup(config, batch, base.arrays(), true)));
        }
    }

    /** @param penalised whether the step has gradient penalties */
    AdversarialProgram.Setup setup(TrainingConfig config, int batch, Map<String, INDArray> base, boolean penalised) {
        return new AdversarialProgram.Setup(
                emd.student().field(),
                emd.parameters(),
                base,
                new Discriminator(discriminator),
                penalised ? game.penalty() : null,
                game.augmentation().changes() ? game.augmentation() : null,
                emd.student().sample(),
                batch,
                DataType.FLOAT,
                config.precision(),
                config.activationCheckpointing());
    }

    @Override
    public long seed() {
        return emd.seed();
    }

    @Override
    public FrozenFile frozen() {
        return emd.frozen();
    }

    @Override
    public List<String> measures() {
        return Measures.NAMES;
    }

    @Override
    public Normalisation normalisation(Configuration hadoop, TrainingConfig config) {
        return emd.normalisation(hadoop, config);
    }

    @Override
    public Updater updater(TrainingConfig config, int length, long start) {
        int student = studentLength();
        return new Updater(List.of(
                new Updater.Group(student, config.adam(), config.learningRate(), start, config.steps(), 0),
                new Updater.Group(length - student, adam, learningRate, start, config.steps(), start)));
    }

    /** Layout of the flat vector with the arrays of both networks. */
    ParameterLayout layout() {
        var all = new ArrayList<>(emd.parameters().list());
        new Discriminator(discriminator)
                .parameters()
                .forEach(p -> all.add(new Parameter(PREFIX + p.name(), p.shape(), p.kind())));
        return new FlatParameters(all).layout();
    }

    int studentLength() {
        return Math.toIntExact(emd.parameters().length());
    }
}
