package io.flowmap.checkpoint.foreign;

import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file or folder of models as diffusers and transformers publish them. A folder holds safetensors files (or shards with their index) and
 * config.json, or sub-folders that do, such as {@code transformer}, {@code vae} and {@code text_encoder}.
 */
public final class ModelFolder {
    private static final String FILE = ".safetensors";
    private static final String SHARD = ".*-\\d{5}-of-\\d{5}\\.safetensors";
    private static final List<String> CONFIGS =
            List.of("config.json", "scheduler_config.json", "tokenizer_config.json", "adapter_config.json");

    private final FileSystem fileSystem;
    private final Path root;
    private final List<Part> parts;

    /**
     * A part of a folder.
     *
     * @param name name of the file or of the sub-folder
     * @param path the file, or the index of its shards; the sub-folder if it has no weights, as those of tokenizers and schedulers
     * @param folder the folder of the file
     * @param hasWeights whether there are weights
     */
    public record Part(String name, Path path, Path folder, boolean hasWeights) {}

    private ModelFolder(FileSystem fileSystem, Path root, List<Part> parts) {
        this.fileSystem = fileSystem;
        this.root = root;
        this.parts = List.copyOf(parts);
    }

    /** Lists a file or folder without opening its weights. Throws {@link UserError} if it holds no weights. */
    public static ModelFolder of(FileSystem fileSystem, Path path) {
        try {
            var root = fileSystem.makeQualified(path);
            if (!fileSystem.getFileStatus(root).isDirectory()) {
                return new ModelFolder(
                        fileSystem, root.getParent(), List.of(new Part(root.getName(), root, root.getParent(), true)));
            }
            var parts = new ArrayList<Part>(weights(fileSystem, root, ""));
            for (var child : children(fileSystem, root)) {
                if (child.isDirectory() && !child.getPath().getName().startsWith(".")) {
                    parts.addAll(folder(fileSystem, child.getPath()));
                }
            }
            if (parts.stream().noneMatch(Part::hasWeights)) {
                throw new UserError("cannot read models from " + path + ": expected safetensors files in it or in its "
                        + "sub-folders, got none");
            }
            return new ModelFolder(fileSystem, root, parts);
        } catch (IOException e) {
            throw Store.failure("cannot list " + path, e);
        }
    }

    private static List<Part> folder(FileSystem fileSystem, Path folder) throws IOException {
        var weights = weights(fileSystem, folder, folder.getName());
        if (!weights.isEmpty()) {
            return weights;
        }
        boolean configured = CONFIGS.stream().anyMatch(name -> exists(fileSystem, new Path(folder, name)));
        return configured ? List.of(new Part(folder.getName(), folder, folder, false)) : List.of();
    }

    /** Indices of shards and single files of a folder. The part is named after the sub-folder if it is the only one. */
    private static List<Part> weights(FileSystem fileSystem, Path folder, String name) throws IOException {
        var indices = new ArrayList<Path>();
        var files = new ArrayList<Path>();
        for (var child : children(fileSystem, folder)) {
            var path = child.getPath();
            if (child.isFile() && ShardIndex.isIndex(path)) {
                indices.add(path);
            } else if (child.isFile() && path.getName().endsWith(FILE)) {
                files.add(path);
            }
        }
        if (!indices.isEmpty()) {
            files.removeIf(file -> file.getName().matches(SHARD));
        }
        files.addAll(0, indices);
        var parts = new ArrayList<Part>();
        for (var file : files) {
            var own = name.isEmpty() ? file.getName() : name + "/" + file.getName();
            parts.add(new Part(files.size() == 1 && !name.isEmpty() ? name : own, file, folder, true));
        }
        return parts;
    }

    private static List<FileStatus> children(FileSystem fileSystem, Path folder) throws IOException {
        var children = fileSystem.listStatus(folder);
        Arrays.sort(children, Comparator.comparing(FileStatus::getPath));
        return List.of(children);
    }

    private static boolean exists(FileSystem fileSystem, Path path) {
        try {
            return fileSystem.exists(path);
        } catch (IOException e) {
            throw Store.failure("cannot look for " + path, e);
        }
    }

    /** The folder. */
    public Path root() {
        return root;
    }

    /** Its parts: files of the folder itself, then those of sub-folders in alphabetical order. */
    public List<Part> parts() {
        return parts;
    }

    /** Opens the weights of a part; reads headers alone. Throws {@link UserError} if a file is damaged. */
    public ForeignCheckpoint open(Part part) {
        return ForeignCheckpoint.open(fileSystem, part.path());
    }

    /** The licence that the folder states, in a few words. */
    public String license() {
        return License.of(fileSystem, root);
    }
}
