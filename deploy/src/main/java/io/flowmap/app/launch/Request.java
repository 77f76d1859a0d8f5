package io.flowmap.app.launch;

import io.flowmap.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the user asked for.
 *
 * @param command name of a job
 * @param config file of {@code --config}, or the command's own
 * @param overrides {@code key=value} arguments
 * @param master Spark's master of {@code --master}
 */
public record Request(String command, Optional<Path> config, List<String> overrides, Optional<String> master) {
    public Settings settings() {
        return Settings.load(config, overrides);
    }
}
