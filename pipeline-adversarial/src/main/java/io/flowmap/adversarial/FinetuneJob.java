package io.flowmap.adversarial;

import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.DistillConfig;
import io.flowmap.distill.Distillation;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.eval.ClassifierStage;
import io.flowmap.model.NetworkSpec;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;

/**
 * Finetunes a distilled flow map: its distillation objective continues, together with a relativistic GAN on its one-step samples (AYF,
 * section F.2). With coefficient 0 only the distillation continues.
 */
public final class FinetuneJob implements Job {
    private static final String SECTION = "finetune";
    /** The sections that determine the result: the objective from distill, the training settings from finetune. */
    private static final List<String> SECTIONS = List.of(
            "distill.objective",
            "distill.time-pairs",
            "distill.time",
            "distill.guidance",
            "distill.teacher",
            "distill.teacher-average",
            SECTION);

    /** @param endedEarly reason for stopping early, empty if all steps were taken */
    private record Facts(Map<String, NetworkSpec> models, Map<String, String> hashes, long steps, String endedEarly) {}

    @Override
    public String name() {
        return SECTION;
    }

    @Override
    public String summary() {
        return "Sharpen the flow map by a short adversarial finetuning";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of(SECTION, FinetuneConfig.class, "distill", DistillConfig.class);
    }

    @Override
    public boolean inPipeline(JobContext context) {
        return config(context).inPipeline();
    }

    static FinetuneConfig config(JobContext context) {
        return context.settings().section(SECTION, FinetuneConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var config = config(context);
        var distillation = Distillation.of(context);
        var inputs = new ArrayList<>(distillation.inputs(context));
        inputs.add(StageInput.stage(context, config.stage()));
        var finetuning = Finetuning.of(context, config, distillation);
        new Stage(StageNames.FINETUNED, SECTIONS, inputs, operational())
                .make(context, SECTION, output -> train(context, config, finetuning, output.dir()));
    }

    private static Facts train(JobContext context, FinetuneConfig config, Finetuning finetuning, Path dir) {
        var start = finetuning.start();
        var watch = new DiversityWatch(config.watch(), probe(context, config, finetuning), start.parameters());
        var splits = data(context, config);
        var monitor = finetuning.emd().monitor(config.training().monitor(), finetuning.student(), splits, dir);
        var blocks = BlockSource.latents(splits);
        var trained = new Trainer(context, finetuning.recipe(), blocks, config.training(), dir, watch, monitor)
                .train(start, finetuning.layout());
        return new Facts(
                Map.of(".", finetuning.student()), Map.of(".", trained.hash()), trained.step(), trained.objection());
    }

    /** Recall is measured at checkpoints, so the distance between checkpoints is part of the result. */
    private static Set<String> operational() {
        var keys = new TreeSet<>(TrainingConfig.OPERATIONAL);
        keys.remove("checkpoint-every");
        keys.add("in-pipeline");
        return keys;
    }

    static TrainingSplits data(JobContext context, FinetuneConfig config) {
        return TrainingSplits.of(context, config.training().splits());
    }

    private static RecallProbe probe(JobContext context, FinetuneConfig config, Finetuning finetuning) {
        var watch = config.watch();
        if (!watch.looks()) {
            return null;
        }
        var data = data(context, config).like(finetuning.student().shape());
        var features = watch.features() == WatchConfig.Space.LENET ? ClassifierStage.open(context, data) : null;
        return new RecallProbe(
                finetuning.student(),
                finetuning.emd(),
                watch,
                data,
                features,
                context.run().seedOf("finetune.watch"));
    }
}
