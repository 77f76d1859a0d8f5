package io.flowmap.stage;

import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Directories for output, and whether it is the user's mistake when they cannot be written. */
final class OutputDirectory {
    private OutputDirectory() {}

    /** Makes it if it is not there. Of the local file system Hadoop tells only that it could not, Java why. */
    static void make(FileSystem fileSystem, Path dir) throws IOException {
        if (AtomicFile.raw(fileSystem) instanceof RawLocalFileSystem local) {
            var folder = local.pathToFile(dir).toPath();
            if (!Files.isDirectory(folder)) { // else refused where it is a link
                Files.createDirectories(folder);
            }
        } else if (!fileSystem.mkdirs(dir)) {
            throw new IOException("cannot make directory " + dir);
        }
    }

    /** A failure of the first write: a {@link UserError} where the file system works and does not allow it. */
    static RuntimeException refused(Path dir, IOException e) {
        var name = StageInput.withoutCredentials(dir);
        return Store.isMistake(e)
                ? new UserError(
                        "cannot write into " + name + ": expected a folder that may be written, got "
                                + e.toString().lines().findFirst().orElse("")
                                + " (mend its rights, or choose another run.dir)",
                        e)
                : new UncheckedIOException("cannot write into " + name, e);
    }
}
