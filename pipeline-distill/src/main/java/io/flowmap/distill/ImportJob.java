package io.flowmap.distill;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.model.Architecture;
import io.flowmap.model.ForeignNetwork;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Imports a published network as the teacher, into a stage of the form that pretraining writes: EDM2's snapshots or FLUX.1's weights. */
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
        return "Make a published network the teacher (EDM2, FLUX.1), or show what files of models hold";
    }

    @Override
    public Map<String, Class<? extends Record>> sections() {
        return Map.of("import", ImportConfig.class);
    }

    @Override
    public Map<String, String> options() {
        return Map.of(
                "--list", "import.list",
                "--main", "import.main",
                "--weak", "import.weak",
                "--flux", "import.flux");
    }

    @Override
    public void run(JobContext context) {
        var config = context.settings().section("import", ImportConfig.class);
        if (config.list() != null) {
            ModelListing.show(context, config.list());
            return;
        }
        if (config.flux() != null) {
            BaseImport.run(context, config);
            return;
        }
        var snapshots = new TreeMap<String, ForeignNetwork>();
        var sources = new TreeMap<String, ImportSource>();
        config.files().forEach((name, file) -> {
            var opened = ImportSource.open(context, file);
            var snapshot = network(opened.content().at(config.network()));
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
            Map<String, ForeignNetwork> snapshots,
            Map<String, ImportSource> sources) {
        var models = new TreeMap<String, NetworkSpec>();
        var hashes = new TreeMap<String, String>();
        snapshots.forEach((name, snapshot) -> {
            models.put(name, snapshot.spec());
            hashes.put(name, write(context, output, name, snapshot, config.halfGains()));
        });
        return new Facts(models, hashes, sources);
    }

    private static ForeignNetwork network(ForeignCheckpoint checkpoint) {
        return Architecture.all().stream()
                .flatMap(architecture -> architecture.foreign(checkpoint).stream())
                .findFirst()
                .orElseThrow(() -> new UserError("cannot import " + checkpoint.name()
                        + ": expected a network of one of the architectures "
                        + Architecture.all().stream().map(Architecture::name).toList() + ", got "
                        + Unpickler.printable(
                                checkpoint.configuration().path("class").toString())));
    }

    /** Checks that the weak model has the latents and classes of main, since it guides main. */
    private static void requireAlike(Map<String, ForeignNetwork> snapshots) {
        NetworkSpec main = snapshots.get("main").spec();
        snapshots.forEach((name, snapshot) -> {
            NetworkSpec spec = snapshot.spec();
            if (!spec.shape().equals(main.shape()) || !spec.condition().equals(main.condition())) {
                throw new UserError("cannot import " + snapshot.file() + " as " + name + ": expected " + main.shape()
                        + " with " + main.condition() + " as in main, got " + spec.shape() + " with "
                        + spec.condition());
            }
        });
    }

    private static List<StageInput> inputs(Map<String, ImportSource> sources) {
        var inputs = new ArrayList<StageInput>();
        sources.forEach((name, source) -> inputs.add(new StageInput("import." + name, source.path(), source.sha256())));
        return inputs;
    }

    private static String write(
            JobContext context, StageOutput output, String name, ForeignNetwork snapshot, boolean halfGains) {
        var layout = snapshot.spec().parameters().layout();
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
}
