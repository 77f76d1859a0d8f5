package io.flowmap.distill;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.nn.edm2.Edm2Snapshot;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes published EDM2 networks the teacher: snapshots in, the stage that pretraining would have written out. */
public final class ImportJob implements Job {
    private static final String ROLE = "parameters";
    private static final List<String> SECTIONS = List.of("import.network", "import.half-gains", "import.license");

    private record Facts(
            Map<String, NetworkSpec> models, Map<String, String> hashes, Map<String, ImportSource> sources) {}

    @Override
    public String name() {
        return "import";
    }

    @Override
    public String summary() {
        return "Make EDM2's network snapshots the teacher, or show what a checkpoint holds";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("import", ImportConfig.class);
    }

    @Override
    public Map<String, String> options() {
        return Map.of("--list", "import.list", "--main", "import.main", "--weak", "import.weak");
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section("import", ImportConfig.class);
        if (config.list() != null) {
            list(context, config.list());
            return;
        }
        var snapshots = new TreeMap<String, Edm2Snapshot>();
        var sources = new TreeMap<String, ImportSource>();
        config.files().forEach((name, file) -> {
            var opened = ImportSource.open(context, file);
            var snapshot = Edm2Snapshot.of(opened.content().at(config.network()));
            snapshots.put(name, snapshot);
            sources.put(name, ImportSource.of(opened, snapshot, config));
        });
        requireAlike(snapshots);
        new Stage(StageNames.TEACHER, SECTIONS, inputs(sources))
                .make(context, "import", output -> write(context, config, output, snapshots, sources));
    }

    private static Facts write(
            JobContext context,
            ImportConfig config,
            StageOutput output,
            Map<String, Edm2Snapshot> snapshots,
            Map<String, ImportSource> sources) {
        var models = new TreeMap<String, NetworkSpec>();
        var hashes = new TreeMap<String, String>();
        snapshots.forEach((name, snapshot) -> {
            models.put(name, snapshot.spec());
            hashes.put(name, write(context, output, name, snapshot, config.halfGains()));
        });
        return new Facts(models, hashes, sources);
    }

    /** A weak model guides the teacher on the same latents and classes. */
    private static void requireAlike(Map<String, Edm2Snapshot> snapshots) {
        NetworkSpec main = snapshots.get("main").spec();
        snapshots.forEach((name, snapshot) -> {
            NetworkSpec spec = snapshot.spec();
            if (!spec.shape().equals(main.shape())
                    || spec.unet().labelDim() != main.unet().labelDim()) {
                throw new UserError("cannot import " + snapshot.source().name() + " as " + name + ": expected "
                        + main.shape() + " and " + main.unet().labelDim() + " classes as in main, got " + spec.shape()
                        + " and " + spec.unet().labelDim());
            }
        });
    }

    private static List<StageInput> inputs(Map<String, ImportSource> sources) {
        var inputs = new ArrayList<StageInput>();
        sources.forEach((name, source) -> inputs.add(new StageInput("import." + name, source.path(), source.sha256())));
        return inputs;
    }

    private static String write(
            JobContext context, StageOutput output, String name, Edm2Snapshot snapshot, boolean halfGains) {
        var layout = snapshot.spec().layout();
        context.progress()
                .phase(
                        "import",
                        Map.of("network", name, "parameters", layout.length(), "left_out", snapshot.leftOut()));
        return CheckpointStore.open(context.hadoop(), StoredModel.directory(output.dir(), name))
                .saveArrays(
                        0,
                        Map.of(ROLE, snapshot.arrays(halfGains)),
                        layout,
                        Json.mapper().createObjectNode());
    }

    private static void list(JobContext context, String file) {
        var content = ImportSource.open(context, file).content();
        var arrays = content.arrays();
        context.progress()
                .phase("import", Map.of("file", content.name(), "format", content.format(), "arrays", arrays.size()));
        arrays.forEach((name, array) -> context.progress()
                .phase(
                        "import",
                        Map.of(
                                "array",
                                Unpickler.printable(name),
                                "dtype",
                                array.type(),
                                "shape",
                                Arrays.toString(array.shape()).replace(" ", ""))));
        var configuration = content.configuration().deepCopy();
        configuration.findParents("modules").forEach(parent -> ((ObjectNode) parent).remove("modules"));
        configuration.fields().forEachRemaining(field -> context.progress()
                .phase("import", Map.of("configuration", Unpickler.printable(field.getKey()), "is", field.getValue())));
    }
}
