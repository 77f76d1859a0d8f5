package io.flowmap.ingest;

import io.flowmap.checkpoint.WeightStore;
import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.checkpoint.foreign.WeightFolder;
import io.flowmap.config.UserError;
import io.flowmap.data.CodecFiles;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.ingest.label.ClassNames;
import io.flowmap.ingest.source.DrawnSource;
import io.flowmap.ingest.source.Embedded;
import io.flowmap.ingest.source.Payload;
import io.flowmap.ingest.source.Source;
import io.flowmap.ingest.source.Sources;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import io.flowmap.text.TokenizerFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;

/**
 * The sources to ingest, listed but not read.
 *
 * @param sources sources of each split; a source that is named twice is taken once
 * @param names class names of all sources together
 */
record Inventory(Map<String, List<Source>> sources, ClassNames names, List<StageInput> inputs) {
    static final String TRAIN = "train";
    static final String TEST = "test";

    /** Looks up every path in the settings. Throws {@link UserError} if a path matches nothing. */
    static Inventory take(JobContext context, IngestConfig settings) {
        var finder = new Sources(context.hadoop(), settings.kind(), settings.payload());
        var found = new LinkedHashMap<String, List<Source>>();
        var inputs = new ArrayList<StageInput>();
        settings.train()
                .forEach(path -> add(TRAIN, path, sources(finder, TRAIN, path, context, settings), found, inputs));
        settings.test().forEach(path -> add(TEST, path, sources(finder, TEST, path, context, settings), found, inputs));
        var names = names(finder, settings, found);
        inputs.add(input("class-names", "", String.join("\n", names.names())));
        models(context, settings).forEach(model -> inputs.add(model));
        return new Inventory(found, names, List.copyOf(inputs));
    }

    /** Everything to read, in reading order. */
    ArrayList<ScanTask> tasks() {
        var tasks = new ArrayList<ScanTask>();
        sources.forEach((split, places) -> {
            for (var source : places) {
                source.portions(names).forEach(portion -> tasks.add(new ScanTask(tasks.size(), split, portion)));
            }
        });
        return tasks;
    }

    /** The error for a split whose sources hold no record. */
    UserError nothing(String split, Payload payload) {
        return nothing(split, payload, sources.get(split));
    }

    private static UserError nothing(String split, Payload payload, List<Source> places) {
        var names = places.stream().map(Source::name).collect(Collectors.joining(", "));
        return new UserError("cannot ingest " + names + " as ingest." + split + ": no " + payload.text() + "s in it");
    }

    /** The frozen networks that the output depends on, as inputs. */
    private static List<StageInput> models(JobContext context, IngestConfig settings) {
        var files = new ArrayList<StageInput>();
        var captions = settings.captions();
        add(context, "ingest.captions.tokenizer", captions.tokenizer(), files);
        add(context, "ingest.captions.encoder.onnx", captions.encoder().onnx(), files);
        for (var source : captions.source().conditions()) {
            addNetwork(context, source.setting() + ".weights", source.weights(), files);
            var tokenizer = TokenizerFile.of(context.hadoop(), source);
            files.add(new StageInput(
                    source.setting() + ".tokenizer",
                    StageInput.withoutCredentials(tokenizer.file()),
                    tokenizer.hash()));
        }
        var codec = settings.codec().files();
        if (codec != null && codec.kind() == CodecFiles.Kind.FLUX) {
            addNetwork(context, "ingest.codec.encoder", codec.encoder(), files);
        } else if (codec != null) {
            add(context, "ingest.codec.encoder", settings.codec().encoder(), files);
            add(context, "ingest.codec.decoder", settings.codec().decoder(), files);
        }
        return files;
    }

    /**
     * Adds the weights of a folder or file and the configuration beside them, as one input. The weights are mapped, so that their many bytes
     * are hashed once in this JVM.
     */
    private static void addNetwork(JobContext context, String setting, String path, List<StageInput> files) {
        var place = new Path(path);
        var hashes = new StringBuilder();
        var weights = WeightFolder.files(context.hadoop(), setting, place);
        weights.forEach(file -> hashes.append(
                WeightStore.ofThisJvm().keep(context.hadoop(), file).sha256()));
        var config = new Path(weights.get(0).getParent(), ConfigFile.NAME);
        var fileSystem = Store.of(context.hadoop(), config);
        try {
            if (fileSystem.exists(config)) {
                hashes.append(Sha256.of(AtomicFile.read(fileSystem, config)));
            }
        } catch (IOException e) {
            throw Store.failure("cannot read " + setting + " " + config, e);
        }
        files.add(input(setting, StageInput.withoutCredentials(place), hashes.toString()));
    }

    private static void add(JobContext context, String setting, String path, List<StageInput> files) {
        if (path == null) {
            return;
        }
        try {
            var file = new Path(path);
            try (var in = Store.open(context.hadoop(), file)) {
                files.add(new StageInput(setting, StageInput.withoutCredentials(file), Sha256.of(in)));
            }
        } catch (IOException | IllegalArgumentException e) { // failures of the store are unchecked
            throw new UserError("cannot read " + setting + " " + path + ": " + e.getMessage(), e);
        }
    }

    private static List<Source> sources(
            Sources finder, String split, String path, JobContext context, IngestConfig settings) {
        var drawn = Embedded.of(path);
        if (drawn.isEmpty()) {
            var places = finder.find(path);
            if (places.stream().allMatch(Source::isEmpty)) {
                throw nothing(split, settings.payload(), places);
            }
            return places;
        }
        boolean train = split.equals(TRAIN);
        var counts = settings.drawings(drawn.get());
        int count = train ? counts.count() : counts.testCount();
        return List.of(new DrawnSource(drawn.get(), train, context.run().seed(), ScanTask.number(split), count));
    }

    private static void add(
            String split, String path, List<Source> places, Map<String, List<Source>> found, List<StageInput> inputs) {
        var known = found.computeIfAbsent(split, none -> new ArrayList<>());
        var print = new StringBuilder();
        for (var source : places) {
            print.append(source.fingerprint()).append('\n');
            if (known.stream().noneMatch(other -> other.name().equals(source.name()))) {
                known.add(source);
            }
        }
        inputs.add(input("ingest." + split, shown(path), print.toString()));
    }

    private static String shown(String path) {
        return Embedded.of(path).isPresent() ? path : StageInput.withoutCredentials(new Path(path));
    }

    private static StageInput input(String name, String path, String print) {
        return new StageInput(name, path, Sha256.of(print.getBytes(StandardCharsets.UTF_8)));
    }

    private static ClassNames names(Sources finder, IngestConfig settings, Map<String, List<Source>> found) {
        if (settings.classNames() != null) {
            return finder.names(settings.classNames());
        }
        var folders = new TreeSet<String>();
        Optional<ClassNames> given = Optional.empty();
        for (var source : found.values().stream().flatMap(List::stream).toList()) {
            given = agreed(given, given(source), source);
            folders.addAll(source.folderClasses());
        }
        return given.orElseGet(() -> ClassNames.of(folders));
    }

    private static Optional<ClassNames> given(Source source) {
        try {
            return source.classNames();
        } catch (IOException e) {
            throw Store.failure("cannot look for class names of " + source.name(), e);
        }
    }

    private static Optional<ClassNames> agreed(Optional<ClassNames> known, Optional<ClassNames> more, Source source) {
        if (known.isPresent() && more.isPresent() && !known.equals(more)) {
            throw new UserError("cannot ingest " + source.name() + ": expected the class names of the other sources, "
                    + known.get().names() + ", got " + more.get().names() + " (set ingest.class-names)");
        }
        return known.isPresent() ? known : more;
    }
}
