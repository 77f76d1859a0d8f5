package io.flowmap.distill;

import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import io.flowmap.model.ForeignNetwork;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Origin of an imported network, as stored in the manifest.
 *
 * @param path path of the file, without credentials
 * @param sha256 hash of the file
 * @param bytes size of the file
 * @param format format of the file
 * @param network name of the network in the file
 * @param encoder class of the encoder named by the snapshot, whose latents the network expects; empty if none
 * @param license license as given by the user
 * @param leftOut arrays of the file's network that the field does not use
 */
record ImportSource(
        String path,
        String sha256,
        long bytes,
        String format,
        String network,
        String encoder,
        String license,
        List<String> leftOut) {

    /** An opened file and its location. */
    record Opened(FileSystem fileSystem, Path path, ForeignCheckpoint content) {}

    /** Opens a file. Throws {@link UserError} if there is none, or it cannot be read. */
    static Opened open(JobContext context, String file) {
        try {
            var given = new Path(file);
            var fileSystem = Store.of(context.hadoop(), given);
            var path = fileSystem.makeQualified(given);
            return new Opened(fileSystem, path, ForeignCheckpoint.open(fileSystem, path));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot open " + file + ": " + e.getMessage(), e);
        }
    }

    static ImportSource of(Opened file, ForeignNetwork snapshot, ImportConfig config) {
        try (var in = Store.open(file.fileSystem(), file.path())) {
            return new ImportSource(
                    StageInput.withoutCredentials(file.path()),
                    Sha256.of(in),
                    file.fileSystem().getFileStatus(file.path()).getLen(),
                    file.content().format(),
                    config.network(),
                    file.content().configuration().path("encoder").path("class").asText(),
                    config.license(),
                    snapshot.leftOut());
        } catch (IOException e) {
            throw Store.failure("cannot read " + file.content().name(), e);
        }
    }
}
