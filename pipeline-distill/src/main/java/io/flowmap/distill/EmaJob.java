package io.flowmap.distill;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.config.Json;
import io.flowmap.distill.train.ema.PostHocEma;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.tensor.Floats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/** Computes parameter averages of other widths from the snapshots of a finished training, as a stage with the same networks. */
public final class EmaJob implements Job {
    /** @param profileErrors relative error of each average's profile, by network and vector */
    private record Facts(
            Map<String, NetworkSpec> models,
            Map<String, String> hashes,
            Map<String, Map<String, Double>> profileErrors) {}

    @Override
    public String name() {
        return "ema";
    }

    @Override
    public String summary() {
        return "Make parameter averages of any width from a training's snapshots";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("ema", EmaConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section("ema", EmaConfig.class);
        var input = StageInput.stage(context, config.stage());
        new Stage(StageNames.averaged(config.stage()), List.of("ema"), List.of(input))
                .make(context, "ema", output -> average(context, config, output.dir()));
    }

    private static Facts average(JobContext context, EmaConfig config, Path dir) {
        var models = new TreeMap<String, NetworkSpec>();
        var hashes = new TreeMap<String, String>();
        var errors = new TreeMap<String, Map<String, Double>>();
        for (String name : StoredModel.names(context, config.stage())) {
            var model = StoredModel.of(context, config.stage(), name, "parameters");
            var source = PostHocEma.open(context.hadoop(), new Path(model.dir()));
            var made = source.reconstruct(config.widths(), context.progress());
            models.put(name, model.spec());
            hashes.put(name, write(context, StoredModel.directory(dir, name), made, model.frozen(context.hadoop())));
            errors.put(name, made.errors());
            made.errors().forEach((role, error) -> context.progress()
                    .phase(
                            "ema",
                            Map.of("network", name, "role", role, "arrays", source.size(), "profile_error", error)));
        }
        return new Facts(models, hashes, errors);
    }

    private static String write(JobContext context, Path dir, PostHocEma.Reconstruction made, FrozenFile frozen) {
        var vectors = new TreeMap<String, Floats>();
        made.vectors().forEach((role, vector) -> vectors.put(role, Floats.of(vector)));
        return CheckpointStore.open(context.hadoop(), dir)
                .save(made.step(), vectors, made.layout(), Json.mapper().createObjectNode(), frozen);
    }
}
