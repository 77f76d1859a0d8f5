package io.flowmap.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * Records the inputs and the environment of a finished stage. {@code manifest.json} is the last file written to the stage's directory: the
 * stage is finished if and only if it exists.
 *
 * @param stage name of the stage
 * @param version of the code
 * @param seed of the run
 * @param config resolved settings that determine the stage, by path
 * @param inputs inputs of the stage
 * @param environment versions, all resolved settings, and the settings that made the inputs
 * @param facts facts about the output, for later stages and the report
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
    /** The plan of a stage that has been started, a manifest without facts. */
    static final String STARTED = "started.json";
    /** Key of the environment: {@link #origin} of each input that is a stage, by name. */
    static final String ORIGINS = "origins";

    private static final String FAILURE = "failure";

    public Manifest {
        if (Stream.of(stage, version, config, inputs, environment, facts, finished)
                        .anyMatch(Objects::isNull)
                || inputs.stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException(
                    "expected stage, version, config, inputs, environment, facts and finished, got null");
        }
        inputs = List.copyOf(inputs);
    }

    /** Reads the manifest of a finished stage. Throws {@link UserError} if it is missing or unreadable. */
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

    /** SHA-256 of a finished stage's manifest file. Throws {@link UserError} if there is none. */
    public static String hash(FileSystem fileSystem, Path dir) {
        requireFinished(fileSystem, dir);
        return Sha256.of(AtomicFile.read(fileSystem, new Path(dir, FILE)));
    }

    /** The settings that made the stage and all stages before it, by path. */
    ObjectNode origin() {
        var origin = Json.mapper().createObjectNode();
        environment.path(ORIGINS).forEach(input -> origin.setAll((ObjectNode) input));
        origin.setAll((ObjectNode) config);
        return origin.put("run.seed", seed);
    }

    /** This plan with the reason why its work failed. */
    Manifest failed(String reason) {
        var failure = Json.mapper().createObjectNode().put(FAILURE, reason);
        return new Manifest(stage, version, seed, config, inputs, environment, failure, finished);
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
                throw new UserError("cannot read stage " + dir + ": " + missing(fileSystem, dir, name));
            }
        } catch (IOException e) {
            throw Store.failure("cannot look for " + new Path(dir, name), e);
        }
    }

    /** What happened to a stage that is not there, and what to do about it. */
    private static String missing(FileSystem fileSystem, Path dir, String name) throws IOException {
        var command = StageNames.command(dir).map(known -> "flowmap " + known);
        if (!fileSystem.exists(dir)) {
            return "there is no such directory"
                    + command.map(known -> "; " + known + " creates it").orElse("");
        }
        if (name.equals(FILE) && fileSystem.exists(new Path(dir, STARTED))) {
            var failure = read(fileSystem, dir, STARTED).facts().path(FAILURE);
            if (failure.isTextual()) {
                return "it is not finished, because " + command.orElse("its command") + " ended with a mistake ("
                        + failure.asText() + "); mend that and run " + command.orElse("the command")
                        + " again, with run.overwrite=true if a setting of it changes";
            }
        }
        return "it has no " + name + ", so it is not finished"
                + command.map(known -> "; " + known + " resumes it").orElse("");
    }
}
