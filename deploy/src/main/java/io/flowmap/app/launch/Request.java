package io.flowmap.app.launch;

import io.flowmap.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A parsed command line.
 *
 * @param command name of a job
 * @param config file given by {@code --config}, or the command's own
 * @param overrides {@code key=value} arguments
 * @param master Spark master given by {@code --master}
 */
public record Request(String command, Optional<Path> config, List<String> overrides, Optional<String> master) {
    private static final String DEMO = "conf/demo.conf";

    /** The request as a command line, quoted for a shell. */
    String line() {
        return Stream.concat(Stream.of("flowmap", command), arguments()).collect(Collectors.joining(" "));
    }

    /** The arguments after the command, quoted for a shell; without the demo's built-in configuration. */
    Stream<String> arguments() {
        return Stream.of(
                        config.filter(file -> !command.equals("demo") || !file.endsWith(DEMO)).stream()
                                .flatMap(file -> Stream.of("--config", file.toString())),
                        master.stream().flatMap(url -> Stream.of("--master", url)),
                        overrides.stream())
                .flatMap(words -> words)
                .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
    }

    public Settings settings() {
        return Settings.load(config, overrides);
    }
}
