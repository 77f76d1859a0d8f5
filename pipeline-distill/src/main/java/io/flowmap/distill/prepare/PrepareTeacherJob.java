package io.flowmap.distill.prepare;

import io.flowmap.config.UserError;
import io.flowmap.data.TrainingSplits;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/**
 * Prepares imported networks for distillation: aligns their time embedding to c_noise = t, then finetunes them by flow matching (AYF,
 * section 3).
 */
public final class PrepareTeacherJob implements Job {
    private record Facts(
            Map<String, NetworkSpec> models,
            Map<String, String> hashes,
            Map<String, Map<String, Double>> embeddingErrors,
            List<VelocityError> velocityErrors) {}

    @Override
    public String name() {
        return "prepare-teacher";
    }

    @Override
    public String summary() {
        return "Align an imported teacher's time embedding to c_noise = t and finetune it";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("prepare", PrepareConfig.class);
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section("prepare", PrepareConfig.class);
        var inputs = List.of(StageInput.stage(context, StageNames.DATA), StageInput.stage(context, config.stage()));
        var imported = imported(context, config);
        new Stage(StageNames.prepared(config.stage()), List.of("prepare"), inputs, TrainingConfig.OPERATIONAL)
                .make(context, name(), output -> prepare(context, config, imported, output.dir()));
    }

    private static Facts prepare(
            JobContext context, PrepareConfig config, Map<String, StoredModel> imported, Path stage) {
        var data = TrainingSplits.of(context, config.finetune().training().splits());
        var errors = new VelocityErrors(
                context, data, config.measure(), context.run().seedOf("prepare.measure"));
        var models = new TreeMap<String, NetworkSpec>();
        var hashes = new TreeMap<String, String>();
        var embeddings = new TreeMap<String, Map<String, Double>>();
        imported.forEach((name, model) -> {
            var dir = StoredModel.directory(stage, name);
            var prepared = new TeacherPreparation(context, config, errors, name, model, dir).run();
            models.put(name, prepared.spec());
            hashes.put(name, prepared.hash());
            embeddings.put(name, prepared.embedding());
        });
        errors.write(new Path(stage, "velocity"));
        return new Facts(models, hashes, embeddings, errors.rows());
    }

    /** The stage's networks by name. Throws {@link UserError} if one is already prepared or the data does not fit it. */
    private static Map<String, StoredModel> imported(JobContext context, PrepareConfig config) {
        var data = TrainingSplits.of(context, config.finetune().training().splits());
        var models = new TreeMap<String, StoredModel>();
        for (String name : StoredModel.names(context, config.stage())) {
            var model = StoredModel.of(context, config.stage(), name, TeacherPreparation.ROLE);
            if (model.spec().noiseLabel() != NoiseLabel.LOG_SIGMA) {
                throw new UserError(
                        "cannot prepare " + model.dir()
                                + ": expected a network with c_noise = ln(sigma)/4, as flowmap import makes it, got one with c_noise = t");
            }
            model.requireFits(data);
            models.put(name, model);
        }
        return models;
    }
}
