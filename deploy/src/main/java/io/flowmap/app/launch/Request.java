package io.flowmap.app.launch;

import io.flowmap.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    static final String SHAPES = "shapes";
    /** Settings of the demos, below the program's home. */
    static final Map<String, String> DEMOS =
            new TreeMap<>(Map.of(SHAPES, "conf/demo.conf", "scenes", "conf/demo-scenes.conf"));

    /** The request as a command line, quoted for a shell. */
    String line() {
        return Stream.concat(Stream.of("flowmap", command), arguments()).collect(Collectors.joining(" "));
    }

    /** The arguments after the command, quoted for a shell; a demo by its name. */
    Stream<String> arguments() {
        return Stream.of(
                        config.stream()
                                .flatMap(file -> demo(file).isEmpty()
                                        ? Stream.of("--config", file.toString())
                                        : demo(file).stream().filter(name -> !name.equals(SHAPES))),
                        master.stream().flatMap(url -> Stream.of("--master", url)),
                        overrides.stream())
                .flatMap(words -> words)
                .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
    }

    private Optional<String> demo(Path file) {
        return DEMOS.entrySet().stream()
                .filter(demo -> command.equals("demo") && file.endsWith(demo.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    public Settings settings() {
        return Settings.load(config, overrides);
    }
}
