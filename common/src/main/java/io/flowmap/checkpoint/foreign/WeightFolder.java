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
        var fileSystem = Store.of(hadoop, place);
        try {
            var chosen = fileSystem.getFileStatus(place).isDirectory() ? choice(hadoop, network, place) : place;
            return chosen.getName().endsWith(INDEX)
                    ? ShardIndex.files(FileBlob.of(fileSystem, chosen))
                    : List.of(chosen);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + network + " from " + place + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot read " + network + " from " + place, e);
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
