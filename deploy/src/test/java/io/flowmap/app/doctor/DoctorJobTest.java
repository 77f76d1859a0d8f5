package io.flowmap.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job doctor in real Spark sessions. */
class DoctorJobTest {
    private static final String SECRET = "wJalrXUtnFEMI";

    @TempDir
    Path dir;

    @Test
    void aLocalSessionIsReportedButNotRefused() {
        assertThat(facts(Map.of()).executors()).singleElement().satisfies(executor -> {
            assertThat(executor.id()).isEqualTo("driver");
            assertThat(executor.cores()).isPositive();
            assertThat(executor.memory()).isGreaterThan(1L << 28);
            assertThat(executor.library()).contains("threads");
            assertThat(executor.java()).startsWith("17.");
            assertThat(executor.machine()).isEqualTo(HostFacts.here());
            assertThat(executor.machine().libc()).matches("glibc 2\\.[0-9]+|unknown");
            assertThat(executor.machine().processor()).isNotBlank();
        });
        run(Map.of(), Optional.empty(), "run.dir=" + dir);
    }

    @Test
    void allFaultsAreReportedAtOnceWithoutSecrets() throws IOException {
        var file = Files.writeString(
                dir.resolve("mine.conf"),
                "run.dir = \"hdfs://user:" + SECRET + "@127.0.0.1:1/runs\"\n"
                        + "spark.conf.\"spark.hadoop.fs.azure.account.key.x.blob.core.windows.net\" = " + SECRET);
        var conf = Map.of(
                "spark.serializer",
                "org.apache.spark.serializer.KryoSerializer",
                "spark.dynamicAllocation.enabled",
                "true");
        assertThatThrownBy(() -> run(conf, Optional.of(file)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("Kryo")
                .hasMessageContaining("keeps shuffle files")
                .hasMessageContaining("spark.conf.spark.hadoop.fs.azure.account.key.x.blob.core.windows.net")
                .hasMessageContaining("expected access to hdfs://127.0.0.1:1/runs")
                .hasMessageNotContaining(SECRET);
    }

    private static ClusterFacts facts(Map<String, String> conf) {
        try (var spark = session(conf)) {
            return ClusterFacts.of(context(spark, Optional.empty()), Map.of());
        }
    }

    private static void run(Map<String, String> conf, Optional<Path> file, String... overrides) {
        try (var spark = session(conf)) {
            new DoctorJob().run(context(spark, file, overrides));
        }
    }

    private static JobContext context(SparkSession spark, Optional<Path> file, String... overrides) {
        var arguments = new ArrayList<>(List.of("distill.training.workers=1"));
        arguments.addAll(List.of(overrides));
        var clock = Clock.systemUTC();
        return new JobContext(spark, Settings.load(file, arguments), Progress.log(clock), clock);
    }

    private static SparkSession session(Map<String, String> conf) {
        var builder = SparkSession.builder()
                .master("local[1]")
                .appName("doctor")
                .config("spark.ui.enabled", false)
                .config("spark.driver.bindAddress", "127.0.0.1");
        conf.forEach(builder::config);
        return builder.getOrCreate();
    }
}
