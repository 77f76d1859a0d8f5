package io.flowmap.distill;

import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.train.memory.MemoryPlan;
import io.flowmap.distill.train.memory.TrainingMemory;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.FlatParameters;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageNames;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkContext;

/** What the next training of a run will hold, if its inputs exist. Nothing is trained or written. */
public final class TrainingPlans {
    private final JobContext context;
    private final Map<String, MemoryPlan> plans = new LinkedHashMap<>();

    private TrainingPlans(JobContext context) {
        this.context = context;
    }

    /** Plans by training: "pretrain main" and "pretrain weak" where there is no teacher yet, "distill" where there is one. */
    public static Map<String, MemoryPlan> of(JobContext context) {
        var all = new TrainingPlans(context);
        if (context.finished(StageNames.DATA) && !context.finished(StageNames.TEACHER)) {
            all.pretrain();
        } else if (context.finished(StageNames.DATA)) {
            all.distill();
        }
        return all.plans;
    }

    private void pretrain() {
        var config = context.settings().section("pretrain", PretrainConfig.class);
        config.models().forEach((name, model) -> {
            var spec = model.spec("pretrain." + name, context);
            var training = config.training(model);
            add(
                    "pretrain " + name,
                    training.training(),
                    training.recipe(spec, 0),
                    TrainedPart.trained(spec.parameters(), training.training().parameters()),
                    spec.parameters(),
                    null);
        });
    }

    private void distill() {
        var config = context.settings().section("distill", DistillConfig.class);
        if (!context.finished(config.teacher().stage())) {
            return;
        }
        var distillation = Distillation.of(context);
        var velocity = DistillJob.velocity(context, distillation);
        var student = DistillJob.student(velocity, distillation);
        var all = DistillJob.parameters(student);
        var trained = TrainedPart.trained(
                DistillJob.open(student, velocity, all), config.training().parameters());
        var teacher = distillation.teacher();
        add(
                "distill",
                config.training(),
                distillation.recipe(context, student),
                trained,
                all,
                teacher == null ? null : teacher.main());
    }

    private void add(
            String name,
            TrainingConfig config,
            StudentFactory recipe,
            FlatParameters trained,
            FlatParameters all,
            StoredModel base) {
        SparkContext spark = context.spark().sparkContext();
        var data = BlockSource.latents(TrainingSplits.of(context, config.splits()));
        var rest = all.without(trained);
        var kept = TrainedPart.kept(rest, base, context.hadoop());
        var sizes = recipe.with(trained, kept.orElse(null)).sizes(context.hadoop(), config, data);
        sizes = kept.isPresent() ? sizes : sizes.withMapped(4 * rest.length());
        plans.put(name, TrainingMemory.of(spark, config.workers()).plan(trained.length(), config, sizes, data));
    }
}
