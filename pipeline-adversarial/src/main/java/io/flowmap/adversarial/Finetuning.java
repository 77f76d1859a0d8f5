package io.flowmap.adversarial;

import io.flowmap.adversarial.discriminator.Discriminator;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.distill.Distillation;
import io.flowmap.distill.StudentFactory;
import io.flowmap.distill.train.TrainingStart;
import io.flowmap.distill.train.step.ObjectiveFactory;
import io.flowmap.file.Store;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.FlatParameters;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.tensor.ParameterLayout;
import java.util.List;

/**
 * A finetuning: what is trained, and the state it starts from. Parameters, moments, averages, and the step and sample numbers continue
 * from the distillation; the discriminator starts new.
 *
 * @param student the flow map
 * @param emd the distillation objective, continued
 * @param recipe trains the student, and the discriminator if there is one
 * @param start end of the distillation
 * @param layout of the vectors
 */
record Finetuning(
        NetworkSpec student, StudentFactory emd, ObjectiveFactory recipe, TrainingStart start, ParameterLayout layout) {
    /**
     * Reads the start. Throws {@link UserError} unless the stage holds a flow map that fits the run's data, and everything needed to
     * continue its training.
     */
    static Finetuning of(JobContext context, FinetuneConfig config, Distillation distillation) {
        var model = model(context, config);
        var student = model.spec();
        var part = part(context, config, model);
        var emd = distillation.recipe(context, student).with(part, model.frozen(context.hadoop()));
        var start = TrainingStart.after(
                context.hadoop(),
                context.stage(config.stage()),
                part.layout(),
                config.training().emaStds(),
                samplesPerStep(context, config.stage()));
        if (!config.plays()) {
            return new Finetuning(student, emd, emd, start, part.layout());
        }
        long seed = context.run().seedOf("finetune");
        var discriminator = discriminator(config, student);
        var both = game(config, emd, discriminator, seed);
        return new Finetuning(student, emd, both, start.with(discriminator.initial(seed)), both.layout());
    }

    private static StoredModel model(JobContext context, FinetuneConfig config) {
        var model = StoredModel.of(context, config.stage(), ".", "parameters");
        var data = FinetuneJob.data(context, config);
        model.requireFits(data);
        if (!model.spec().flowMap()) {
            throw new UserError("cannot finetune " + model.dir() + ": expected a flow map, got a velocity field");
        }
        if (config.plays() && data.all().size() > 1) {
            throw new UserError(
                    "cannot finetune on splits "
                            + data.all().stream().map(LatentData::split).toList()
                            + ": expected one, as the discriminator's layers follow the size of its samples (set"
                            + " finetune.training.splits to one of them, or finetune.coefficient=0 to go on without a discriminator)");
        }
        return model;
    }

    /**
     * The parameters that the flow map's training changed, which finetuning continues to change. A GAN needs the last layer among them,
     * because the adaptive weight is computed from its gradients.
     */
    private static FlatParameters part(JobContext context, FinetuneConfig config, StoredModel model) {
        if (!config.training().parameters().equals(List.of("*"))) {
            throw new UserError(
                    "cannot accept setting finetune.training.parameters: expected [\"*\"], the parameters that the"
                            + " flow map's training changed, got "
                            + config.training().parameters());
        }
        var part = model.trained(context.hadoop());
        var last = model.spec().network().lastLayer();
        if (config.plays() && part.list().stream().noneMatch(p -> p.name().equals(last))) {
            throw new UserError(
                    "cannot finetune " + model.dir() + ": expected a flow map whose training changed its last layer "
                            + last + ", got one where it is frozen");
        }
        return part;
    }

    private static long samplesPerStep(JobContext context, String stage) {
        var dir = context.stage(stage);
        var training =
                Manifest.read(Store.of(context.hadoop(), dir), dir).config().at("/distill/training");
        return training.path("workers").asLong()
                * training.path("batch-per-worker").asLong();
    }

    private static AdversarialFactory game(
            FinetuneConfig config, StudentFactory emd, Discriminator discriminator, long seed) {
        return new AdversarialFactory(
                emd,
                discriminator.config(),
                new AdversarialFactory.GameConfig(
                        config.coefficient(),
                        config.adaptive(),
                        config.penalty(),
                        config.fakes(),
                        config.augmentation()),
                config.discriminator().adam(),
                config.discriminator().learningRate(),
                seed);
    }

    private static Discriminator discriminator(FinetuneConfig config, NetworkSpec spec) {
        try {
            return new Discriminator(config.discriminator().config(spec.shape(), spec.condition()));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot accept setting finetune.discriminator: " + e.getMessage(), e);
        }
    }
}
