package io.flowmap.distill;

import io.flowmap.checkpoint.CheckpointStore;
import io.flowmap.checkpoint.FrozenFile;
import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.ForeignJson;
import io.flowmap.checkpoint.foreign.ModelFolder;
import io.flowmap.checkpoint.foreign.WeightFolder;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import io.flowmap.model.Architecture;
import io.flowmap.model.BaseNetwork;
import io.flowmap.model.NetworkSpec;
import io.flowmap.model.StoredModel;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.PeakMemory;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.Floats;
import io.flowmap.tensor.ParameterLayout;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Makes a published network the teacher without turning its weights into float32: the stage's checkpoint has an empty vector and names a
 * file of frozen weights, copied into the stage or left where it is.
 */
final class BaseImport {
    private static final String NAME = "main";
    private static final String ROLE = "parameters";
    private static final List<String> SECTIONS = List.of("import.base", "import.license");

    private final JobContext context;
    private final ImportConfig config;
    private final FileSystem fileSystem;
    private final Path place;
    private final Path file;
    private final ForeignCheckpoint checkpoint;
    private final BaseNetwork network;

    /**
     * Origin of the weights, as stored in the manifest.
     *
     * @param path the file, or the index of its shards, without credentials
     * @param sha256 hash of the bytes of all arrays under our names, in the order of the file that is used
     * @param components other models in the same folder, by name
     */
    private record Source(
            String path,
            String sha256,
            long bytes,
            long parameters,
            String format,
            String license,
            boolean copied,
            Map<String, String> components) {}

    private record Facts(Map<String, NetworkSpec> models, Map<String, String> hashes, Map<String, Source> sources) {}

    private BaseImport(JobContext context, ImportConfig config) {
        this.context = context;
        this.config = config;
        var given = new Path(config.flux());
        this.fileSystem = Store.of(context.hadoop(), given);
        this.place = fileSystem.makeQualified(given);
        this.file = WeightFolder.transformer(context.hadoop(), place);
        this.checkpoint = ForeignCheckpoint.open(fileSystem, file);
        this.network = network();
    }

    static void run(JobContext context, ImportConfig config) {
        try {
            new BaseImport(context, config).make();
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot open " + config.flux() + ": " + e.getMessage(), e);
        }
    }

    private BaseNetwork network() {
        var beside = new Path(file.getParent(), ConfigFile.NAME);
        boolean ofFolder = !place.equals(file) && exists(beside);
        var json =
                ofFolder ? ForeignJson.read(fileSystem, beside) : Json.mapper().missingNode();
        return Architecture.all().stream()
                .flatMap(architecture ->
                        architecture.base(checkpoint, json, config.base().use()).stream())
                .findFirst()
                .orElseThrow(() -> new UserError("cannot import " + checkpoint.name()
                        + ": expected the weights of FLUX.1's transformer under BFL's or diffusers' names, got "
                        + checkpoint.arrays().size() + " other arrays"));
    }

    private boolean exists(Path path) {
        try {
            return fileSystem.exists(path);
        } catch (IOException e) {
            throw Store.failure("cannot look for " + path, e);
        }
    }

    private void make() {
        long start = context.clock().millis();
        boolean keep = config.base().weights() == ImportConfig.Weights.KEEP;
        if (keep && !(network.inPlace() && checkpoint.format().equals("safetensors"))) {
            throw new UserError(
                    "cannot keep " + checkpoint.name() + " where it is: expected one file under BFL's names,"
                            + " got " + checkpoint.format() + (network.inPlace() ? "" : " under others")
                            + " (import.base.weights=copy writes such a file into the stage)");
        }
        var weights = keep ? network.weights() : network.weights().sorted();
        var named = keep ? FrozenFile.of(file.toString(), weights) : FrozenFile.of("", weights);
        var input = new StageInput("import.flux", StageInput.withoutCredentials(file), named.sha256());
        new Stage(StageNames.TEACHER, SECTIONS, List.of(input)).make(context, "import", output -> {
            var dir = StoredModel.directory(output.dir(), NAME);
            var frozen = keep ? named : FrozenFile.write(context.hadoop(), dir, weights);
            return facts(output, dir, frozen, !keep, start);
        });
    }

    private Facts facts(StageOutput output, Path dir, FrozenFile frozen, boolean copied, long start) {
        var spec = network.spec();
        long bytes = checkpoint.arrays().values().stream()
                .mapToLong(ForeignCheckpoint.ArrayInfo::bytes)
                .sum();
        long parameters = checkpoint.arrays().values().stream()
                .mapToLong(ForeignCheckpoint.ArrayInfo::count)
                .sum();
        var hash = CheckpointStore.open(context.hadoop(), dir)
                .save(
                        0,
                        Map.of(ROLE, Floats.of(new float[0])),
                        ParameterLayout.of(Map.of()),
                        Json.mapper().createObjectNode(),
                        frozen);
        var folder = ModelFolder.of(fileSystem, place);
        var source = new Source(
                StageInput.withoutCredentials(file),
                frozen.sha256(),
                bytes,
                parameters,
                checkpoint.format(),
                config.license().isEmpty() ? folder.license() : config.license(),
                copied,
                components(folder));
        context.progress()
                .phase(
                        "import",
                        Map.of(
                                "network",
                                NAME,
                                "parameters",
                                parameters,
                                "bytes",
                                bytes,
                                "sha256",
                                frozen.sha256(),
                                "license",
                                source.license().isEmpty() ? "not stated" : source.license(),
                                "weights",
                                copied ? output.dir() : source.path(),
                                "seconds",
                                (context.clock().millis() - start) / 1000.0,
                                "peak_rss_mb",
                                PeakMemory.megabytes()));
        return new Facts(Map.of(NAME, spec), Map.of(NAME, hash), Map.of(NAME, source));
    }

    private Map<String, String> components(ModelFolder folder) {
        var components = new TreeMap<String, String>();
        folder.parts().forEach(part -> components.put(part.name(), StageInput.withoutCredentials(part.path())));
        return components;
    }
}
