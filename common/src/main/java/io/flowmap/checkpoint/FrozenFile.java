package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.tensor.Floats;
import io.flowmap.tensor.ParameterLayout;
import java.io.IOException;
import java.io.Serializable;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A safetensors file of frozen weights.
 *
 * @param path path on any Hadoop file system. In a checkpoint's index, a path in the directory of the training or of its run is stored
 *     relative, so that they can be moved.
 * @param sha256 hash of the bytes of its arrays, in their order
 */
public record FrozenFile(String path, String sha256) implements Serializable {
    private static final String NAME = "frozen";

    /**
     * Writes the parameters that a training does not change, once, next to its checkpoints. Throws {@link UserError} if the file exists
     * with other content.
     *
     * @param dir directory of the training
     * @param values flat vector of the layout
     */
    public static FrozenFile write(Configuration hadoop, Path dir, ParameterLayout layout, float[] values) {
        var fileSystem = Store.of(hadoop, dir);
        var file = fileSystem.makeQualified(new Path(dir, NAME + ".safetensors"));
        var frozen = new FrozenFile(file.toString(), VectorFile.hash(values));
        try {
            if (!fileSystem.exists(file)) {
                VectorFile.write(
                        fileSystem, file, NAME, VectorFile.arrays(Floats.of(values), layout), layout, Sha256.digest());
                return frozen;
            }
            var found = VectorFile.hash(VectorFile.read(fileSystem, file, layout));
            if (!found.equals(frozen.sha256())) {
                throw new UserError("cannot go on in " + dir + ": expected the frozen parameters " + file
                        + " with hash " + frozen.sha256() + ", got " + found);
            }
            return frozen;
        } catch (IOException e) {
            throw Store.failure("cannot write " + file, e);
        }
    }

    /** A file that holds these arrays in this order. Reads all of them for the hash, one at a time. */
    public static FrozenFile of(String path, Tensors weights) {
        var digest = Sha256.digest();
        weights.arrays()
                .keySet()
                .forEach(name -> digest.update(weights.read(name).bytes()));
        return new FrozenFile(path, HexFormat.of().formatHex(digest.digest()));
    }

    /** Writes arrays in their order and types, one at a time, replacing an earlier file. */
    public static FrozenFile write(Configuration hadoop, Path dir, Tensors weights) {
        var fileSystem = Store.of(hadoop, dir);
        var file = fileSystem.makeQualified(new Path(dir, NAME + ".safetensors"));
        var digest = Sha256.digest();
        var digested = new Tensors.View(weights.arrays(), name -> {
            var data = weights.read(name);
            digest.update(data.bytes());
            return data;
        });
        SafeTensors.write(fileSystem, file, digested, Map.of());
        return new FrozenFile(file.toString(), HexFormat.of().formatHex(digest.digest()));
    }

    /** With its path relative to {@code dir} if it lies below it or below its parent, as stored in a checkpoint's index. */
    FrozenFile from(Path dir) {
        return below(dir, "").or(() -> below(dir.getParent(), "../")).orElse(this);
    }

    private Optional<FrozenFile> below(Path dir, String way) {
        var home = dir + "/";
        return path.startsWith(home)
                ? Optional.of(new FrozenFile(way + path.substring(home.length()), sha256))
                : Optional.empty();
    }

    /** With the path from a checkpoint's index resolved against {@code dir}. */
    FrozenFile in(Path dir) {
        return new Path(path).isAbsolute() ? this : new FrozenFile(new Path(dir, path).toString(), sha256);
    }
}
