package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.tensor.ParameterLayout;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A safetensors file of weights that nobody changes.
 *
 * @param path of any Hadoop file system; in a checkpoint's index one below the training's directory is named from there, so that the
 *     directory may move
 * @param sha256 of the bytes of its arrays, in their order
 */
public record FrozenFile(String path, String sha256) implements Serializable {
    private static final String NAME = "frozen";

    /**
     * Writes the parameters that a training does not change, once, beside its checkpoints. Throws {@link UserError} if other ones lie
     * there.
     *
     * @param dir of the training
     * @param values flat vector of the layout
     */
    public static FrozenFile write(Configuration hadoop, Path dir, ParameterLayout layout, float[] values) {
        var fileSystem = Store.of(hadoop, dir);
        var file = fileSystem.makeQualified(new Path(dir, NAME + ".safetensors"));
        var frozen = new FrozenFile(file.toString(), VectorFile.hash(values));
        try {
            if (!fileSystem.exists(file)) {
                VectorFile.write(fileSystem, file, NAME, VectorFile.arrays(values, layout), layout, Sha256.digest());
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

    /** As an index in a directory names it. */
    FrozenFile from(Path dir) {
        var home = dir + "/";
        return path.startsWith(home) ? new FrozenFile(path.substring(home.length()), sha256) : this;
    }

    /** What an index in a directory names. */
    FrozenFile in(Path dir) {
        return new Path(path).isAbsolute() ? this : new FrozenFile(new Path(dir, path).toString(), sha256);
    }
}
