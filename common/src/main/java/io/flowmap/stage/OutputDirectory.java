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

/** Creates output directories and tells user mistakes from outages if they cannot be written. */
final class OutputDirectory {
    private OutputDirectory() {}

    /**
     * Creates the directory if it does not exist. On local disks this uses Java's API, because Hadoop's does not tell the reason of a
     * failure.
     */
    static void make(FileSystem fileSystem, Path dir) throws IOException {
        if (AtomicFile.raw(fileSystem) instanceof RawLocalFileSystem local) {
            var folder = local.pathToFile(dir).toPath();
            if (!Files.isDirectory(folder)) { // createDirectories fails on a link to a directory
                Files.createDirectories(folder);
            }
        } else if (!fileSystem.mkdirs(dir)) {
            throw new IOException("cannot make directory " + dir);
        }
    }

    /** The exception for a failed first write: a {@link UserError} if the file system works but refuses it. */
    static RuntimeException refused(Path dir, IOException e) {
        var name = StageInput.withoutCredentials(dir);
        return Store.isMistake(e)
                ? new UserError(
                        "cannot write into " + name + ": expected a writable directory, got "
                                + e.toString().lines().findFirst().orElse("")
                                + " (fix its permissions or choose another run.dir)",
                        e)
                : new UncheckedIOException("cannot write into " + name, e);
    }
}
