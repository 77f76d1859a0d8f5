package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Standalone clusters of the package, each in its own network namespace. */
@ExtendWith(LocalMaster.class)
class PackagedClusterTest {
    private static final String MASTER = "spark://127.0.0.1:7077";
    private static final Path SCRIPTS = Path.of("src/test/resources/cluster").toAbsolutePath();
    private static final int MINUTES = 5;

    @TempDir
    Path dir;

    private LaidOut packaged;

    @BeforeEach
    void layOut() throws Exception {
        Isolated.require();
        packaged = new LaidOut(Files.createDirectories(dir.resolve("package")));
    }

    /** Executors fetch jars and native libraries: from HDFS with plain spark-submit, from the driver with the launcher. */
    @Test
    void hostsWithoutTheProgramGiveTheFlowMapOfLocalMode() throws Exception {
        var home = Path.of(System.getProperty("user.home"));
        assumeTrue(
                !dir.startsWith(home)
                        && !Path.of(System.getProperty("java.home")).startsWith(home),
                "skipped: expected JDK and temporary folder outside the user's home, which is hidden from executors");
        for (var stage : List.of("ingest", "pretrain", "distill")) {
            TinyRun.complete(stage, dir.resolve("local"));
        }
        var spark = packaged.sparkOn(dir.resolve("spark"));
        var command =
                new ArrayList<>(List.of("bash", SCRIPTS.resolve("hosts.sh").toString()));
        for (var place : List.of(spark, dir, Deployed.ROOT, dir.resolve("package"), home)) {
            command.add(place.toString());
        }
        command.addAll(ForkedJvm.command(JarsOnHdfs.class));
        command.addAll(List.of(dir.resolve("hdfs").toString(), dir.resolve("package/lib") + ""));
        command.addAll(submitted(spark, "ingest"));
        command.addAll(launched("distill", "run.stages.teacher=" + dir.resolve("local/teacher")));
        var text = Isolated.run(command, dir.resolve("log"), MINUTES);
        assertThat(text).endsWith("\nexit=0\n");
        assertThat(hashes("cluster")).isNotEmpty().isEqualTo(hashes("local"));
        for (var host : List.of("host-1", "host-2")) {
            assertThat(found(host + "/home/.javacpp", "libnd4jcpu.so")).hasSize(1);
            assertThat(found(host + "/work", packaged.program().getFileName().toString()))
                    .hasSize(2);
            assertThat(found(host + "/work", "stderr")).hasSize(2).allSatisfy(log -> assertThat(Files.readString(log))
                    .containsOnlyOnce("phase=executor ")
                    .containsPattern("phase=executor .*heap-mib=[45]\\d\\d .*native-mib=1024 "));
        }
    }

    @Test
    void aLocalClusterAdmitsItsUsersJobsWithAHiddenSecret() throws Exception {
        var state = dir.resolve("state/flowmap/cluster");
        var events = dir.resolve("events");
        var job = packaged.flowmap(dir.resolve("unused"), words("ingest", "spark.event-log=" + events));
        var command = new ArrayList<>(List.of("env", "XDG_STATE_HOME=" + dir.resolve("state")));
        command.addAll(List.of("JAVA_HOME=" + System.getProperty("java.home"), "bash"));
        command.addAll(List.of(
                SCRIPTS.resolve("secret.sh").toString(), dir.resolve("package/bin/flowmap") + "", state.toString()));
        command.addAll(job.command());
        var text = Isolated.run(command, dir.resolve("log"), MINUTES);
        assertThat(text)
                .endsWith("\nexit=0\n")
                .contains("stopped 2 processes")
                .containsPattern("spark-ui=http://\\S+:4040 ");
        assertThat(Isolated.found(text))
                .containsAllEntriesOf(
                        Map.of("mode", "600", "folder", "700", "length", "65", "shown", "0", "logged", "0"));
        var log = found("events", "app-").get(0);
        assertThat(Files.readString(log))
                .contains("\"App Name\":\"flowmap ingest " + dir.resolve("cluster") + "\"")
                .contains("\"spark.authenticate\":\"true\"")
                .doesNotContain(
                        Files.readString(dir.resolve("state/flowmap/secret")).strip());
    }

    private List<String> launched(String command, String... more) {
        var words = new ArrayList<>(List.of("env", "JAVA_HOME=" + System.getProperty("java.home")));
        words.addAll(
                packaged.flowmap(dir.resolve("unused"), words(command, more)).command());
        words.add("--");
        return words;
    }

    /** The command in docs/clusters.md. */
    private List<String> submitted(Path spark, String command) throws IOException {
        var words = new ArrayList<>(List.of("env", "JAVA_HOME=" + System.getProperty("java.home")));
        words.addAll(List.of("OMP_NUM_THREADS=1", "MALLOC_ARENA_MAX=2", "SPARK_LOCAL_IP=127.0.0.1"));
        words.addAll(List.of(spark.resolve("bin/spark-submit").toString(), "--master", MASTER));
        words.addAll(List.of("--class", "io.flowmap.app.Main", "--jars", JarsOnHdfs.FOLDER + "/*.jar"));
        words.addAll(List.of("--executor-memory", "512m", "--conf", "spark.executorEnv.OMP_NUM_THREADS=1"));
        var soon = String.join(" ", ForkedJvm.SOON_READY);
        words.addAll(List.of("--driver-java-options", soon));
        words.addAll(List.of("--conf", "spark.executor.extraJavaOptions=-Dorg.bytedeco.javacpp.maxbytes=1g " + soon));
        words.add(packaged.program().toString());
        words.addAll(List.of(words(command)));
        words.remove("--master=" + MASTER);
        words.add("--");
        return words;
    }

    private String[] words(String command, String... more) {
        var words = new ArrayList<>(List.of(command, "--master=" + MASTER));
        words.addAll(TinyRun.SHAPES);
        words.addAll(TinyRun.NETWORKS);
        words.add("run.dir=" + dir.resolve("cluster"));
        words.addAll(List.of(
                "spark.executor-memory=512m",
                "spark.driver-memory=1g",
                "spark.native-memory=1g",
                "spark.conf.spark.sql.shuffle.partitions=3"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private JsonNode hashes(String run) throws IOException {
        return Json.mapper()
                .readTree(Files.readString(dir.resolve(run).resolve("flowmap/manifest.json")))
                .at("/facts/hashes");
    }

    private List<Path> found(String folder, String prefix) throws IOException {
        try (var files = Files.walk(dir.resolve(folder))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }
}
