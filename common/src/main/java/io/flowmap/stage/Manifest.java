package io.flowmap.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Sha256;
import io.flowmap.file.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a finished stage was made of and by what; {@code manifest.json} in its directory, written last: the stage is finished if and
 * only if it is there.
 *
 * @param stage name of the stage
 * @param version of the code
 * @param seed of the run
 * @param config resolved settings that matter to the stage, by path
 * @param inputs what it was made from
 * @param environment what it was made with: versions, and all resolved settings
 * @param facts what the stage tells of its output, for later stages and the report
 * @param finished time in UTC, ISO 8601; empty while the stage is being written
 */
public record Manifest(
        String stage,
        String version,
        long seed,
        JsonNode config,
        List<StageInput> inputs,
        JsonNode environment,
        JsonNode facts,
        String finished) {
    public static final String FILE = "manifest.json";

    public Manifest {
        if (Stream.of(stage, version, config, inputs, environment, facts, finished)
                        .anyMatch(Objects::isNull)
                || inputs.stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException(
                    "expected stage, version, config, inputs, environment, facts and finished, got null");
        }
        inputs = List.copyOf(inputs);
    }

    /** The manifest of a finished stage. Throws {@link UserError} if there is none or it is not readable. */
    public static Manifest read(FileSystem fileSystem, Path dir) {
        return read(fileSystem, dir, FILE);
    }

    /** Whether the stage in the directory is finished. */
    public static boolean exists(FileSystem fileSystem, Path dir) {
        try {
            return fileSystem.exists(new Path(dir, FILE));
        } catch (IOException e) {
            throw Store.failure("cannot look for " + new Path(dir, FILE), e);
        }
    }

    /** The hash of a finished stage's manifest file. Throws {@link UserError} if there is none. */
    public static String hash(FileSystem fileSystem, Path dir) {
        requireFinished(fileSystem, dir);
        return Sha256.of(AtomicFile.read(fileSystem, new Path(dir, FILE)));
    }

    static Manifest read(FileSystem fileSystem, Path dir, String name) {
        requireFinished(fileSystem, dir, name);
        try {
            var manifest = Json.mapper().readValue(AtomicFile.read(fileSystem, new Path(dir, name)), Manifest.class);
            if (manifest == null) {
                throw new UserError("cannot read " + new Path(dir, name) + ": expected a manifest, got null");
            }
            return manifest;
        } catch (JsonProcessingException e) {
            throw new UserError(
                    "cannot read " + new Path(dir, name) + ": expected a manifest: " + Json.complaint(e), e);
        } catch (IOException e) {
            throw Store.failure("cannot read " + new Path(dir, name), e);
        }
    }

    void write(FileSystem fileSystem, Path dir, String name) {
        AtomicFile.write(fileSystem, new Path(dir, name), Json.pretty(this).getBytes(StandardCharsets.UTF_8));
    }

    private static void requireFinished(FileSystem fileSystem, Path dir) {
        requireFinished(fileSystem, dir, FILE);
    }

    private static void requireFinished(FileSystem fileSystem, Path dir, String name) {
        try {
            if (!fileSystem.exists(new Path(dir, name))) {
                boolean begun = fileSystem.exists(dir);
                throw new UserError("cannot read stage " + dir + ": "
                        + (begun ? "it has no " + name + ", so it is not finished" : "there is no such directory")
                        + StageNames.command(dir)
                                .map(command -> "; flowmap " + command + (begun ? " goes on with it" : " makes it"))
                                .orElse(""));
            }
        } catch (IOException e) {
            throw Store.failure("cannot look for " + new Path(dir, name), e);
        }
    }
}
