package io.flowmap.distill;

import io.flowmap.distill.teacher.NetworkSpec;
import io.flowmap.distill.teacher.StoredModel;
import io.flowmap.distill.train.BlockSource;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.TrainingConfig;
import io.flowmap.job.Job;
import io.flowmap.job.JobContext;
import io.flowmap.job.StageInput;
import io.flowmap.job.StageOutput;
import io.flowmap.nn.ForcedNormalisation;
import io.flowmap.nn.InitialParameters;
import java.util.List;
import java.util.Map;

/** Distils the autoguided teacher into a flow map by AYF-EMD. */
public final class DistillJob implements Job {
    @Override
    public String name() {
        return "distill";
    }

    @Override
    public String summary() {
        return "Distil the autoguided teacher into a few-step flow map";
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section("distill", DistillConfig.class);
        var inputs = List.of(StageInput.stage(context, "data"), StageInput.stage(context, "teacher"));
        var output = StageOutput.open(context, "flowmap", List.of("distill"), inputs, TrainingConfig.OPERATIONAL);
        if (output.finished()) {
            context.progress().phase("distill", Map.of("skipped", output.dir()));
            return;
        }
        StoredModel main = StoredModel.of(context, "teacher", "main", config.teacherAverage());
        StoredModel weak = StoredModel.of(context, "teacher", "weak", config.teacherAverage());
        NetworkSpec student = main.spec().asFlowMap();
        var recipe =
                new AyfEmdFactory(student, main, weak, config, context.run().seedOf("distill"));
        var blocks = BlockSource.latents(context.hadoop(), context.stage("data"), "train");
        TrainedModel trained = new Trainer(context, recipe, blocks, config.training(), output.dir())
                .train(initial(context, student, main), StudentObjective.layout(student));
        output.finish(Map.of(StoredModel.FACT, Map.of(".", student), "hashes", Map.of(".", trained.hash())));
    }

    /** The teacher's parameters, then the new embeddings with zero gains: the student starts as the teacher. */
    private static float[] initial(JobContext context, NetworkSpec student, StoredModel teacher) {
        var parameters = student.network().parameters();
        float[] initial = InitialParameters.draw(parameters, context.run().seedOf("distill"));
        float[] trained = teacher.vector(context.hadoop());
        System.arraycopy(trained, 0, initial, 0, trained.length);
        ForcedNormalisation.apply(parameters, initial);
        return initial;
    }
}
