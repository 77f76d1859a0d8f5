package io.flowmap.distill;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.checkpoint.flux.FluxWeights;
import io.flowmap.checkpoint.flux.LoraLayout;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.ModelFolder;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.PeakMemory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/** Shows what a file or a folder of models holds, from the headers alone: names, types, shapes, parameters and licence. */
final class ModelListing {
    private static final String PHASE = "import";

    private final JobContext context;

    private ModelListing(JobContext context) {
        this.context = context;
    }

    static void show(JobContext context, String place) {
        try {
            new ModelListing(context).show(new Path(place));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot open " + place + ": " + e.getMessage(), e);
        }
    }

    private void show(Path place) {
        long start = context.clock().millis();
        var folder = ModelFolder.of(Store.of(context.hadoop(), place), place);
        long parameters = 0;
        long bytes = 0;
        for (var part : folder.parts()) {
            if (!part.hasWeights()) {
                tell(Map.of("part", part.name(), "weights", "none"));
                continue;
            }
            var content = folder.open(part);
            show(part.name(), content);
            parameters += parameters(content);
            bytes += bytes(content);
        }
        var license = folder.license();
        tell(Map.of(
                "parts",
                folder.parts().size(),
                "parameters",
                parameters,
                "bytes",
                bytes,
                "license",
                license.isEmpty() ? "not stated" : license,
                "seconds",
                (context.clock().millis() - start) / 1000.0,
                "peak_rss_mb",
                PeakMemory.megabytes()));
    }

    private void show(String name, ForeignCheckpoint content) {
        var arrays = content.arrays();
        tell(Map.of(
                "file", content.name(),
                "format", content.format(),
                "arrays", arrays.size(),
                "parameters", parameters(content),
                "bytes", bytes(content),
                "part", Unpickler.printable(name),
                "holds", kind(content)));
        arrays.forEach((array, info) -> tell(Map.of(
                "array", Unpickler.printable(array),
                "dtype", info.type(),
                "shape", Arrays.toString(info.shape()).replace(" ", ""))));
        var configuration = content.configuration().deepCopy();
        configuration.findParents("modules").forEach(parent -> ((ObjectNode) parent).remove("modules"));
        configuration
                .fields()
                .forEachRemaining(field ->
                        tell(Map.of("configuration", Unpickler.printable(field.getKey()), "is", field.getValue())));
    }

    /** What the names of the arrays tell. */
    private static String kind(ForeignCheckpoint content) {
        var layout = FluxWeights.layout(content);
        if (layout != null) {
            return "FLUX transformer, names of " + word(layout);
        }
        var lora = LoraLayout.of(content.arrays().keySet());
        return lora == null ? "arrays" : "LoRA, layout " + word(lora);
    }

    private static String word(Enum<?> layout) {
        return layout.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static long parameters(ForeignCheckpoint content) {
        return content.arrays().values().stream()
                .mapToLong(ForeignCheckpoint.ArrayInfo::count)
                .sum();
    }

    private static long bytes(ForeignCheckpoint content) {
        return content.arrays().values().stream()
                .mapToLong(ForeignCheckpoint.ArrayInfo::bytes)
                .sum();
    }

    private void tell(Map<String, ?> facts) {
        context.progress().phase(PHASE, new TreeMap<>(facts));
    }
}
