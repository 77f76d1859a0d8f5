package io.flowmap.stage;

import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;

/**
 * An input of a stage. Two inputs are equal if name and hash are equal; the path only records the location.
 *
 * @param name name of the earlier stage, or of the setting that names the input
 * @param path without credentials
 * @param sha256 hash of the earlier stage's manifest, or of whatever identifies an external input, in hexadecimal
 */
public record StageInput(String name, String path, String sha256) {
    /** Names of stages; those of settings have dots. */
    private static final Pattern STAGE = Pattern.compile("[\\w/-]+");

    public StageInput {
        if (Stream.of(name, path, sha256).anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("expected name, path and sha256 of an input, got null among them");
        }
    }

    /** An earlier stage of the same run. Throws {@link UserError} if it is not finished. */
    public static StageInput stage(JobContext context, String stage) {
        return finished(context, stage, context.stage(stage));
    }

    /** A finished stage in any directory. Throws {@link UserError} if it is not finished. */
    public static StageInput finished(JobContext context, String name, Path dir) {
        return new StageInput(name, withoutCredentials(dir), Manifest.hash(Store.of(context.hadoop(), dir), dir));
    }

    /** The manifest of an input that is a stage of this run; empty for other inputs. */
    Optional<Manifest> manifest(JobContext context) {
        if (!STAGE.matcher(name).matches()) {
            return Optional.empty();
        }
        var dir = context.stage(name);
        var fileSystem = Store.of(context.hadoop(), dir);
        return withoutCredentials(dir).equals(path) && Manifest.exists(fileSystem, dir)
                ? Optional.of(Manifest.read(fileSystem, dir))
                : Optional.empty();
    }

    /** A path as text, without the user information of its URI. */
    public static String withoutCredentials(Path path) {
        return Secrets.withoutUserInfo(path.toString());
    }
}
