package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.StateDict;
import io.flowmap.config.UserError;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Weights of a frozen network, read from a file of another program.
 *
 * @param dict arrays of the file
 * @param hash SHA-256 of the file
 */
public record WeightsFile(StateDict dict, String hash) {
    /**
     * Reads a torch or safetensors file. Throws {@link UserError} if that fails.
     *
     * @param network what the file should hold, for messages: "a TAEF2 encoder"
     */
    public static WeightsFile open(Configuration hadoop, String network, Path file) {
        var fileSystem = Store.of(hadoop, file);
        try (var in = Store.open(fileSystem, file, network + " from " + file)) {
            var hash = Sha256.of(in);
            return new WeightsFile(ForeignCheckpoint.open(fileSystem, file).stateDict(network), hash);
        } catch (IOException e) {
            throw new UserError("cannot read " + network + " from " + file + ": damaged: " + e.getMessage(), e);
        }
    }
}
