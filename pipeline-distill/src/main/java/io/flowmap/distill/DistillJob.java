package io.flowmap.distill;

import io.flowmap.data.LatentData;
import io.flowmap.distill.objective.Objective;
import io.flowmap.distill.teacher.NetworkSpec;
import io.flowmap.distill.teacher.StoredModel;
import io.flowmap.distill.teacher.StoredTeacher;
import io.flowmap.distill.train.BlockSource;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.TrainingConfig;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.job.Job;
import io.flowmap.job.JobContext;
import io.flowmap.job.StageInput;
import io.flowmap.job.StageOutput;
import io.flowmap.job.UserError;
import io.flowmap.nn.ForcedNormalisation;
import io.flowmap.nn.InitialParameters;
import java.util.List;
import java.util.Map;

/** Trains a flow map towards an objective: distilled from the teacher, or from scratch. */
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
    public void run(JobContext context) {
        var config = context.settings().section("distill", DistillConfig.class);
        Objective objective = config.objective().objective(config.timePairs(), config.time());
        StoredTeacher teacher = objective.distils() ? teacher(context, config) : null;
        var output = output(context, config, objective);
        if (output.finished()) {
            context.progress().phase("distill", Map.of("skipped", output.dir()));
            return;
        }
        NetworkSpec velocity =
                teacher == null ? network(context) : teacher.main().spec();
        NetworkSpec student = objective.trainsFlowMap() ? velocity.asFlowMap() : velocity;
        var recipe = new StudentFactory(
                student, objective, teacher, config.guidance(), 0, context.run().seedOf("distill"));
        var blocks = BlockSource.latents(context.hadoop(), context.stage("data"), "train");
        TrainedModel trained = new Trainer(context, recipe, blocks, config.training(), output.dir())
                .train(initial(context, student, teacher), student.layout());
        output.finish(Map.of(StoredModel.FACT, Map.of(".", student), "hashes", Map.of(".", trained.hash())));
    }

    /**
     * Throws {@link UserError} if the data is not for the teacher, or the teacher is not prepared: the derivative of ln(sigma)/4 has
     * no bound at either end of [0, 1], so that a flow map of it can not be trained.
     */
    private static StoredTeacher teacher(JobContext context, DistillConfig config) {
        var teacher = StoredTeacher.of(context, config.teacher(), config.teacherAverage());
        StoredModel main = teacher.main();
        main.requireFits(LatentData.open(context.hadoop(), context.stage("data"), "train"));
        if (main.spec().noiseLabel() != NoiseLabel.TIME) {
            throw new UserError("cannot distil teacher " + main.dir()
                    + ": expected a network with c_noise = t, got one with c_noise = ln(sigma)/4 (run flowmap prepare-teacher,"
                    + " then set distill.teacher.stage to its stage)");
        }
        return teacher;
    }

    /** From scratch the section {@code network} stands in for the teacher. */
    private static StageOutput output(JobContext context, DistillConfig config, Objective objective) {
        var data = StageInput.stage(context, "data");
        List<StageInput> inputs = objective.distils()
                ? List.of(data, StageInput.stage(context, config.teacher().stage()))
                : List.of(data);
        List<String> sections = objective.distils() ? List.of("distill") : List.of("distill", "network");
        return StageOutput.open(context, "flowmap", sections, inputs, TrainingConfig.OPERATIONAL);
    }

    private static NetworkSpec network(JobContext context) {
        var data = LatentData.open(context.hadoop(), context.stage("data"), "train");
        return context.settings().section("network", NetworkConfig.class).velocity("network", data);
    }

    /** The teacher's parameters, then the new embeddings with zero gains: the student starts as the teacher. */
    private static float[] initial(JobContext context, NetworkSpec student, StoredTeacher teacher) {
        var parameters = student.network().parameters();
        float[] initial = InitialParameters.draw(parameters, context.run().seedOf("distill"));
        if (teacher != null) {
            float[] trained = teacher.main().vector(context.hadoop());
            System.arraycopy(trained, 0, initial, 0, trained.length);
        }
        ForcedNormalisation.apply(parameters, initial);
        return initial;
    }
}
