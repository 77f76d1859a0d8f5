package io.flowmap.distill.prepare;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.config.Json;
import io.flowmap.distill.train.TrainedModel;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.JobContext;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * The preparation of one network, with its velocity error before, between and after the two phases. The network's directory holds the
 * training of the embedding ({@code alignment}), the network with that embedding ({@code aligned}), and the checkpoints of finetuning.
 *
 * @param dir of the network in the prepared stage
 */
record TeacherPreparation(
        JobContext context,
        PrepareConfig config,
        VelocityErrors errors,
        String network,
        StoredModel imported,
        Path dir) {
    static final String ROLE = "parameters";

    /**
     * The prepared network.
     *
     * @param spec with c_noise = t
     * @param hash of its last checkpoint
     * @param embedding relative squared error of the time embedding, before training and after
     */
    record Prepared(NetworkSpec spec, String hash, Map<String, Double> embedding) {}

    Prepared run() {
        errors.add(network, "imported", imported, List.of(imported));
        var embedding = align();
        var aligned = StoredModel.of(context.hadoop(), imported.spec().with(NoiseLabel.TIME), path("aligned"), ROLE);
        errors.add(network, "aligned", imported, List.of(aligned));
        TrainedModel trained = config.finetune()
                .run(context, aligned.spec(), () -> aligned.vector(context.hadoop()), seed("finetune"), dir);
        if (trained.step() > 0) {
            errors.add(network, "finetuned", imported, stored(aligned.spec(), trained));
        }
        return new Prepared(aligned.spec(), trained.hash(), embedding);
    }

    /** Aligns the embedding, stores the network with it and returns the errors before and after. */
    private Map<String, Double> align() {
        var alignment = new Alignment(imported, config.alignment(), seed("align")).train(context, path("alignment"));
        context.progress()
                .phase(
                        "prepare-teacher",
                        Map.of(
                                "network",
                                network,
                                "embedding_error_before",
                                alignment.errorBefore(),
                                "embedding_error",
                                alignment.error()));
        CheckpointStore.open(context.hadoop(), path("aligned"))
                .save(
                        0,
                        Map.of(ROLE, alignment.parameters()),
                        imported.spec().parameters().layout(),
                        Json.mapper().createObjectNode());
        return Map.of("before", alignment.errorBefore(), "after", alignment.error());
    }

    /** The finetuned parameters and their averages. */
    private List<StoredModel> stored(NetworkSpec spec, TrainedModel trained) {
        return trained.roles().stream()
                .filter(role -> role.equals(ROLE) || role.startsWith("ema-"))
                .sorted()
                .map(role -> StoredModel.of(context.hadoop(), spec, dir, role))
                .toList();
    }

    private Path path(String part) {
        return new Path(dir, part);
    }

    private long seed(String part) {
        return context.run().seedOf("prepare." + network + "." + part);
    }
}
