package io.flowmap.distill;

import io.flowmap.config.UserError;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.ForcedNormalisation;
import io.flowmap.nn.InitialParameters;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageNames;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/** Trains a flow map: distilled from the teacher, or from scratch. */
public final class DistillJob implements Job {
    @Override
    public String name() {
        return "distill";
    }

    @Override
    public String summary() {
        return "Distil the guided teacher into a few-step flow map";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("distill", DistillConfig.class, "network", NetworkSection.class);
    }

    @Override
    public void run(JobContext context) {
        var distillation = Distillation.of(context);
        new Stage(
                        StageNames.FLOW_MAP,
                        distillation.sections(),
                        distillation.inputs(context),
                        TrainingConfig.OPERATIONAL)
                .make(context, "distill", output -> train(context, distillation, output.dir()));
    }

    private static ModelFacts train(JobContext context, Distillation distillation, Path dir) {
        StoredTeacher teacher = distillation.teacher();
        NetworkSpec velocity = velocity(context, distillation);
        NetworkSpec student = student(velocity, distillation);
        var settings = distillation.config().training();
        var all = parameters(student);
        var open = open(student, velocity, all);
        var part = TrainedPart.of(
                all,
                wanted -> initial(context, student, wanted, teacher),
                open,
                settings.parameters(),
                teacher == null ? null : teacher.main(),
                context.hadoop(),
                dir);
        var recipe = distillation.recipe(context, student).with(part.parameters(), part.frozen());
        var splits = TrainingSplits.of(context, settings.splits());
        var monitor = recipe.monitor(settings.monitor(), student, splits, dir);
        TrainedModel trained = new Trainer(context, recipe, BlockSource.latents(splits), settings, dir, null, monitor)
                .train(part.initial(), part.parameters().layout());
        return new ModelFacts(Map.of(".", student), Map.of(".", trained.hash()));
    }

    static NetworkSpec velocity(JobContext context, Distillation distillation) {
        StoredTeacher teacher = distillation.teacher();
        return teacher == null
                ? network(context, distillation.config().training())
                : teacher.main().spec();
    }

    static NetworkSpec student(NetworkSpec velocity, Distillation distillation) {
        return (distillation.objective().trainsFlowMap() ? velocity.asFlowMap() : velocity)
                .with(distillation.config().lora());
    }

    /** The parameters that may be trained: all, or adapters and what else the velocity network does not have. */
    static FlatParameters open(NetworkSpec student, NetworkSpec velocity, FlatParameters all) {
        return student.lora().exists() ? all.without(velocity.parameters()) : all;
    }

    private static NetworkSpec network(JobContext context, TrainingConfig training) {
        var data = TrainingSplits.of(context, training.splits());
        return context.settings().section("network", NetworkSection.class).velocity("network", data);
    }

    static FlatParameters parameters(NetworkSpec student) {
        try {
            return student.parameters();
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot accept setting distill.lora.modules: " + e.getMessage(), e);
        }
    }

    /**
     * Initial values of some of the student's parameters: the teacher's, plus the flow map's additional parameters and adapters, which have
     * no effect yet: the student starts as the teacher.
     */
    private static float[] initial(
            JobContext context, NetworkSpec student, FlatParameters part, StoredTeacher teacher) {
        var all = student.parameters();
        var copies = new TreeMap<>(student.network().copies());
        var names = new HashSet<>(part.names());
        copies.keySet().retainAll(names);
        names.addAll(copies.values());
        var needed = all.only(p -> names.contains(p.name()));
        float[] initial = InitialParameters.draw(all, needed, context.run().seedOf("distill"));
        if (teacher != null) {
            try (var weights = teacher.main().borrow(context.hadoop())) {
                needed.fill(weights.arrays(), initial);
            }
        }
        copies.forEach((copy, original) -> needed.copy(original, copy, initial));
        ForcedNormalisation.apply(needed, initial);
        return needed.list().equals(part.list()) ? initial : part.select(needed, initial);
    }
}
