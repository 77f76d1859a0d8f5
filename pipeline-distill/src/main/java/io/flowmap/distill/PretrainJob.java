package io.flowmap.distill;

import io.flowmap.distill.train.TrainedModel;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.ForcedNormalisation;
import io.flowmap.nn.InitialParameters;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/** Trains the flow matching teacher, and the smaller and less trained weak model that guides it if there is one. */
public final class PretrainJob implements Job {
    @Override
    public String name() {
        return "pretrain";
    }

    @Override
    public String summary() {
        return "Train the flow matching teacher and its weak model";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("pretrain", PretrainConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section("pretrain", PretrainConfig.class);
        var input = StageInput.stage(context, StageNames.DATA);
        new Stage(StageNames.TEACHER, List.of("pretrain"), List.of(input), TrainingConfig.OPERATIONAL)
                .make(context, "pretrain", output -> train(context, config, output.dir()));
    }

    private static ModelFacts train(JobContext context, PretrainConfig config, Path dir) {
        var specs = new TreeMap<String, NetworkSpec>();
        config.models().forEach((name, model) -> specs.put(name, model.spec("pretrain." + name, context)));
        var hashes = new TreeMap<String, String>();
        config.models().forEach((name, model) -> {
            var trained = train(context, config, model, specs.get(name), new Path(dir, name));
            hashes.put(name, trained.hash());
        });
        return new ModelFacts(specs, hashes);
    }

    private static TrainedModel train(
            JobContext context, PretrainConfig config, PretrainConfig.Model model, NetworkSpec spec, Path dir) {
        long seed = context.run().seedOf("pretrain." + dir.getName());
        FlatParameters parameters = spec.parameters();
        context.progress().phase("pretrain", Map.of("network", dir.getName(), "parameters", parameters.length()));
        return config.training(model).run(context, spec, () -> initial(parameters, seed), seed, dir);
    }

    private static float[] initial(FlatParameters parameters, long seed) {
        float[] initial = InitialParameters.draw(parameters, seed);
        ForcedNormalisation.apply(parameters, initial);
        return initial;
    }
}
