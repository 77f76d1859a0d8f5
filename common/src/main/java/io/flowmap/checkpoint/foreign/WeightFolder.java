package io.flowmap.checkpoint.foreign;

import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The safetensors files of one network of diffusers or transformers: a file, or a folder with one file or with shards and their index. */
public final class WeightFolder {
    private static final String TRANSFORMER = "transformer";
    private static final String SUFFIX = ".safetensors";
    private static final String INDEX = ".safetensors.index.json";
    /** Names of the weights in full precision, preferred to variants beside them. */
    private static final Set<String> PLAIN = Set.of(
            "model.safetensors",
            "diffusion_pytorch_model.safetensors",
            "model.safetensors.index.json",
            "diffusion_pytorch_model.safetensors.index.json");

    private WeightFolder() {}

    /**
     * Finds the files, sorted by name.
     *
     * @param network what they should hold, for messages: "a T5 encoder"
     * @param place a folder, a file or the index of shards
     * @throws UserError if there is no such file, or more than one choice
     */
    public static List<Path> files(Configuration hadoop, String network, Path place) {
        var chosen = file(hadoop, network, place);
        try {
            return chosen.getName().endsWith(INDEX)
                    ? ShardIndex.files(FileBlob.of(Store.of(hadoop, place), chosen))
                    : List.of(chosen);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + network + " from " + place + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot read " + network + " from " + place, e);
        }
    }

    /** Like {@link #files}, but for shards the one file that names them, their index. */
    public static Path file(Configuration hadoop, String network, Path place) {
        try {
            return Store.of(hadoop, place).getFileStatus(place).isDirectory() ? choice(hadoop, network, place) : place;
        } catch (IOException e) {
            throw Store.failure("cannot read " + network + " from " + place, e);
        }
    }

    /**
     * The file of a transformer, or the index of its shards: at a place itself, or in the sub-folder {@code transformer} of a pipeline's
     * folder.
     */
    public static Path transformer(Configuration hadoop, Path place) {
        var fileSystem = Store.of(hadoop, place);
        var below = new Path(place, TRANSFORMER);
        try {
            return fileSystem.makeQualified(file(hadoop, "a transformer", fileSystem.exists(below) ? below : place));
        } catch (IOException e) {
            throw Store.failure("cannot look for " + below, e);
        }
    }

    private static Path choice(Configuration hadoop, String network, Path folder) throws IOException {
        var indices = new ArrayList<Path>();
        var single = new ArrayList<Path>();
        for (var child : Store.of(hadoop, folder).listStatus(folder)) {
            var name = child.getPath().getName();
            if (name.endsWith(INDEX)) {
                indices.add(child.getPath());
            } else if (name.endsWith(SUFFIX)) {
                single.add(child.getPath());
            }
        }
        var found = indices.isEmpty() ? single : indices;
        var plain =
                found.stream().filter(path -> PLAIN.contains(path.getName())).toList();
        var choice = plain.isEmpty() ? found : plain;
        if (choice.size() == 1) {
            return choice.get(0);
        }
        var names = found.stream().map(Path::getName).sorted().collect(Collectors.joining(", "));
        throw new UserError("cannot read " + network + " from " + folder
                + ": expected one .safetensors file, or shards with their index, got "
                + (names.isEmpty() ? "none" : names + " (name one of them)"));
    }
}
