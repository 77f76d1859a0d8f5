package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.app.launch.Stages;
import io.flowmap.config.Json;
import io.flowmap.stage.Job;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The DAG of deploy/airflow, run by Python with a stub for Airflow. */
class AirflowTest {
    private static final String DAG =
            Deployed.DEPLOY.resolve("airflow/flowmap_pipeline.py").toString();
    private static JsonNode told;

    @BeforeAll
    static void runTheFile() throws Exception {
        assumeTrue(Deployed.has("python3"), "no python3");
        var standIn = Path.of("src/test/resources/airflow");
        var ended = Deployed.run(
                Map.of("PYTHONPATH", standIn.toString(), "PYTHONDONTWRITEBYTECODE", "1"),
                "python3",
                standIn.resolve("tell.py").toString(),
                DAG);
        assertThat(ended.code()).as(ended.out()).isZero();
        told = Json.mapper().readTree(ended.out());
    }

    @Test
    void pythonCompilesTheFile() throws Exception {
        var compiled = Deployed.run(
                Map.of(
                        "PYTHONPYCACHEPREFIX",
                        Path.of("target/pycache").toAbsolutePath().toString()),
                "python3",
                "-m",
                "py_compile",
                DAG);
        assertThat(compiled.code()).as(compiled.out()).isZero();
    }

    @Test
    void everyStageOfThePipelineIsATaskAfterTheOneBefore() {
        var names = new ArrayList<String>();
        for (var task : told.get("tasks")) {
            assertThat(task.get("after").asText()).isEqualTo(names.isEmpty() ? "null" : names.get(names.size() - 1));
            names.add(task.get("name").asText());
        }
        assertThat(names).containsExactly("ingest", "pretrain", "distill", "generate", "evaluate", "report");
        assertThat(Stages.registered().jobs()).extracting(Job::name).containsSubsequence(names);
        SparkApplication.requireCron(told.get("schedule").asText());
    }

    @Test
    void everyTaskIsAValidCommandWithAProfile() {
        for (var task : told.get("tasks")) {
            var words = new ArrayList<String>();
            task.get("words").forEach(word -> words.add(word.asText().replace("{{ ds }}", "2026-01-31")));
            assertThat(words.get(0)).isEqualTo(Deployed.HOME + "/bin/flowmap");
            assertThat(Deployed.request(words.subList(1, words.size())).command())
                    .isEqualTo(task.get("name").asText());
            var profile = Deployed.here(task.get("profile").asText());
            assertThat(Path.of(profile, "spark-defaults.conf")).exists();
        }
    }

    @Test
    void failuresAreRetriedButUsersMistakesAreNot() {
        assertThat(told.get("retries").asInt()).isPositive();
        for (var task : told.get("tasks")) {
            assertThat(List.of(Json.mapper().convertValue(task.get("outcomes"), String[].class)))
                    .containsExactly("done", "AirflowException", "AirflowFailException");
        }
    }
}
