package io.flowmap.adversarial;

import io.flowmap.adversarial.discriminator.Discriminator;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.Distillation;
import io.flowmap.distill.StudentFactory;
import io.flowmap.distill.teacher.FieldSpec;
import io.flowmap.distill.teacher.NetworkSpec;
import io.flowmap.distill.teacher.StoredModel;
import io.flowmap.distill.train.BlockSource;
import io.flowmap.distill.train.ObjectiveFactory;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.TrainingConfig;
import io.flowmap.distill.train.TrainingStart;
import io.flowmap.distill.train.Watch;
import io.flowmap.eval.ClassifierStage;
import io.flowmap.job.Job;
import io.flowmap.job.JobContext;
import io.flowmap.job.Manifest;
import io.flowmap.job.StageInput;
import io.flowmap.job.StageOutput;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;

/**
 * Goes on with a distilled flow map by its objective and a relativistic GAN on its one-step samples (AYF, section F.2). Parameters,
 * moments, averages, step and sample numbers continue those of the distillation: with coefficient 0 it is the distillation that goes on.
 */
public final class FinetuneJob implements Job {
    /** The stage that it writes. */
    public static final String STAGE = "finetuned";

    private static final String SECTION = "finetune";
    /** What of the section {@code distill} the objective consists of. */
    private static final List<String> OBJECTIVE = List.of(
            "distill.objective",
            "distill.time-pairs",
            "distill.time",
            "distill.guidance",
            "distill.teacher",
            "distill.teacher-average");

    @Override
    public String name() {
        return SECTION;
    }

    @Override
    public String summary() {
        return "Sharpen the flow map by a short adversarial finetuning";
    }

    @Override
    public boolean inPipeline(JobContext context) {
        return context.settings().section(SECTION, FinetuneConfig.class).inPipeline();
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section(SECTION, FinetuneConfig.class);
        var distillation = Distillation.of(context);
        NetworkSpec student = student(context, config);
        var inputs = new ArrayList<>(distillation.inputs(context));
        inputs.add(StageInput.stage(context, config.stage()));
        var output = StageOutput.open(context, STAGE, sections(), inputs, operational());
        if (output.finished()) {
            context.progress().phase(SECTION, Map.of("skipped", output.dir()));
            return;
        }
        var start = TrainingStart.after(
                context.hadoop(),
                context.stage(config.stage()),
                student.layout(),
                config.training().emaStds(),
                samplesPerStep(context, config.stage()));
        var watch = new DiversityWatch(config.watch(), probe(context, config, student), start.parameters());
        var emd = distillation.recipe(context, student);
        TrainedModel trained = config.plays()
                ? play(context, config, emd, start, watch, output.dir())
                : trainer(context, config, emd, watch, output.dir()).train(start, student.layout());
        output.finish(Map.of(
                StoredModel.FACT,
                Map.of(".", student),
                "hashes",
                Map.of(".", trained.hash()),
                "steps",
                trained.step(),
                "ended-early",
                trained.objection()));
    }

    /** Throws {@link UserError} unless the stage has a flow map for the run's data. */
    private static NetworkSpec student(JobContext context, FinetuneConfig config) {
        var model = StoredModel.of(context, config.stage(), ".", "parameters");
        model.requireFits(LatentData.open(context.hadoop(), context.stage("data"), "train"));
        if (!model.spec().flowMap()) {
            throw new UserError("cannot finetune " + model.dir() + ": expected a flow map, got a velocity field");
        }
        return model.spec();
    }

    private static List<String> sections() {
        var sections = new ArrayList<>(OBJECTIVE);
        sections.add(SECTION);
        return sections;
    }

    /** Recall is looked at where checkpoints are, so that their distance is part of the result. */
    private static Set<String> operational() {
        var keys = new TreeSet<>(TrainingConfig.OPERATIONAL);
        keys.remove("checkpoint-every");
        keys.add("in-pipeline");
        return keys;
    }

    private static long samplesPerStep(JobContext context, String stage) {
        var dir = context.stage(stage);
        try {
            var training = Manifest.read(dir.getFileSystem(context.hadoop()), dir)
                    .config()
                    .at("/distill/training");
            return training.path("workers").asLong() * training.path("batch-per-worker").asLong();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read stage " + dir, e);
        }
    }

    private static RecallProbe probe(JobContext context, FinetuneConfig config, NetworkSpec student) {
        if (!config.watch().looks()) {
            return null;
        }
        var data = LatentData.open(context.hadoop(), context.stage("data"), "train");
        var features =
                config.watch().features() == WatchConfig.Space.LENET ? ClassifierStage.open(context, data) : null;
        return new RecallProbe(student, config.watch(), data, features, context.run().seedOf("finetune.watch"));
    }

    private static TrainedModel play(
            JobContext context,
            FinetuneConfig config,
            StudentFactory emd,
            TrainingStart start,
            Watch watch,
            Path dir) {
        var discriminator = discriminator(config, emd.student());
        long seed = context.run().seedOf(SECTION);
        var game = new AdversarialFactory.GameConfig(
                config.coefficient(), config.adaptive(), config.penalty(), config.fakes(), config.augmentation());
        var recipe = new AdversarialFactory(
                emd,
                discriminator.config(),
                game,
                config.discriminator().adam(),
                config.discriminator().learningRate(),
                seed);
        return trainer(context, config, recipe, watch, dir)
                .train(start.with(discriminator.initial(seed)), recipe.layout());
    }

    private static Trainer trainer(
            JobContext context, FinetuneConfig config, ObjectiveFactory recipe, Watch watch, Path dir) {
        var blocks = BlockSource.latents(context.hadoop(), context.stage("data"), "train");
        return new Trainer(context, recipe, blocks, config.training(), dir, watch);
    }

    private static Discriminator discriminator(FinetuneConfig config, FieldSpec field) {
        long[] sample = field.sample();
        try {
            var shape = new LatentShape((int) sample[0], (int) sample[1], (int) sample[2]);
            return new Discriminator(config.discriminator()
                    .config(shape, field.field().network().classes()));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot accept setting finetune.discriminator: " + e.getMessage(), e);
        }
    }
}
