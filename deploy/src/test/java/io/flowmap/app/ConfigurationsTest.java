package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.flowmap.app.launch.SparkConfig;
import io.flowmap.app.launch.Stages;
import io.flowmap.config.Settings;
import io.flowmap.stage.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationsTest {
    /** Sections with files that the user must name, so that conf/ cannot. */
    private static final Set<String> NAME_FILES = Set.of("ingest", "evaluate");

    static Stream<Path> files() throws IOException {
        var conf = Path.of("../conf");
        return Files.list(conf)
                .filter(file -> file.toString().endsWith(".conf"))
                .sorted();
    }

    /** Every file in conf/ has known keys of the right types, sections that the pipeline's jobs accept, and a run directory of its own. */
    @ParameterizedTest
    @MethodSource("files")
    void everyConfigurationIsValid(Path file) {
        var settings = Settings.load(Optional.of(file), List.of());
        Stages.registered().job("pipeline").sections().forEach((path, type) -> {
            if (!NAME_FILES.contains(path)) {
                settings.section(path, type);
            }
        });
        assertThat(settings.tree("run.dir").asText())
                .isEqualTo("runs/" + file.getFileName().toString().replace(".conf", ""));
        int steps = settings.tree("distill.training.steps").asInt();
        assertThat(settings.tree("distill.objective.warmup-steps").asInt()).isBetween(1, steps / 4);
    }

    /** An empty map in a reference.conf accepts any keys, as a map component of a record does. */
    @Test
    void aMapIsEmptyInTheReferenceWhereTheRecordHasAMap() {
        var sections = new TreeMap<String, Class<? extends Record>>(
                Map.of("run", RunConfig.class, "spark", SparkConfig.class));
        Stages.registered().jobs().forEach(job -> sections.putAll(job.sections()));
        var reference = Settings.load(Optional.empty(), List.of());
        var free = new TreeSet<String>();
        sections.forEach((path, type) -> collectFree(path, type, reference.tree(path), free));
        assertThat(free).containsExactly("ingest.filter.fields", "run.stages", "spark.conf");
    }

    private static void collectFree(String path, Class<?> type, JsonNode reference, Set<String> free) {
        for (var component : type.getRecordComponents()) {
            var key = new PropertyNamingStrategies.KebabCaseStrategy().translate(component.getName());
            var value = reference.path(key);
            boolean map = Map.class.isAssignableFrom(component.getType());
            assertThat(value.isObject() && value.isEmpty()).as(path + "." + key).isEqualTo(map);
            if (map) {
                free.add(path + "." + key);
            } else if (value.isObject() && component.getType().isRecord()) {
                collectFree(path + "." + key, component.getType(), value, free);
            }
        }
    }
}
