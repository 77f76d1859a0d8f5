package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationsTest {
    static Stream<Path> files() throws IOException {
        var conf = Path.of("../conf");
        return Files.list(conf)
                .filter(file -> file.toString().endsWith(".conf"))
                .sorted();
    }

    /** Every file of conf/ has known keys of the right types, and a run of its own. */
    @ParameterizedTest
    @MethodSource("files")
    void everyExperimentIsSound(Path file) {
        var settings = Settings.load(Optional.of(file), List.of());
        assertThat(settings.tree("run.dir").asText())
                .isEqualTo("runs/" + file.getFileName().toString().replace(".conf", ""));
        int steps = settings.tree("distill.training.steps").asInt();
        assertThat(settings.tree("distill.objective.warmup-steps").asInt()).isBetween(1, steps / 4);
    }
}
