package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.launch.Stages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.collection.JavaConverters;

class LauncherTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();
    private Path library;

    @BeforeEach
    void layOutThePackage() throws IOException {
        library = Files.createDirectories(folder.resolve("lib"));
        Files.createFile(library.resolve("flowmap.jar"));
    }

    @Test
    void environmentAndArgumentsReachSparkSubmit() throws IOException {
        assertThat(launch("pipeline", "spark.threads-per-worker=3", "spark.executor-memory=2g", "run.dir=/a b"))
                .isZero();
        var plan = plan();
        int gap = plan.indexOf("");
        assertThat(plan.subList(0, gap))
                .contains("OMP_NUM_THREADS=3", "MALLOC_ARENA_MAX=2", "SPARK_LOCAL_IP=127.0.0.1");
        var arguments = plan.subList(gap + 1, plan.size());
        assertThat(arguments)
                .containsSubsequence("--master", "local[*]", "--driver-memory", "4g")
                .contains(
                        "spark.executorEnv.OMP_NUM_THREADS=3",
                        "spark.executorEnv.LC_ALL=" + System.getenv("LC_ALL"),
                        "spark.executorEnv.MALLOC_MMAP_THRESHOLD_=268435456",
                        "spark.executor.memory=2g",
                        "spark.executor.extraClassPath=" + library + "/*");
        assertThat(arguments.subList(arguments.indexOf("spark-internal") + 1, arguments.size()))
                .containsExactly(
                        "pipeline",
                        "spark.threads-per-worker=3",
                        "spark.executor-memory=2g",
                        "run.dir=/a b",
                        "ingest.train=embedded:shapes");
    }

    @Test
    void nativeMemoryIsBoundedByItsSetting() throws IOException {
        launch("pipeline", "spark.native-memory=1g", "spark.driver-memory=2g");
        assertThat(plan())
                .anyMatch(word -> word.startsWith("spark.driver.extraJavaOptions=")
                        && word.contains("javacpp.maxbytes=1073741824 ")
                        && word.contains("javacpp.maxphysicalbytes=4294967296 "));
    }

    @Test
    void usersSparkSettingsWinAndSecretsStayOffTheCommandLine() throws IOException {
        var file = folder.resolve("mine.conf");
        Files.writeString(
                file,
                "spark.conf { \"spark.hadoop.fs.azure.account.key.x.blob.core.windows.net\" = \"hush=+/\","
                        + " \"spark.eventLog.dir\" = \"hdfs://me:hush@host/events\" }");
        launch(
                "pipeline",
                "--master",
                "spark://far:7077",
                "--config",
                file.toString(),
                "spark.conf.spark.ui.enabled=true",
                "spark.conf.spark.executor.extraJavaOptions=-Dmine=1");
        assertThat(plan())
                .contains("spark.ui.enabled=true", "spark://far:7077")
                .doesNotContain("SPARK_LOCAL_IP=127.0.0.1")
                .noneMatch(word -> word.contains("azure") || word.contains("hush"))
                .anyMatch(word -> word.startsWith("spark.executor.extraJavaOptions=-Dorg.bytedeco")
                        && word.endsWith(" -Dmine=1"));
        var secrets = folder.resolve("properties");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
                .isEqualTo("rw-------");
        assertThat(Utils.getPropertiesFromFile(secrets.toString()))
                .isEqualTo(JavaConverters.mapAsScalaMap(Map.of(
                        "spark.hadoop.fs.azure.account.key.x.blob.core.windows.net", "hush=+/",
                        "spark.eventLog.dir", "hdfs://me:hush@host/events")));
    }

    @Test
    void withoutSecretsSparkReadsItsDefaults() {
        launch("pipeline");
        assertThat(folder.resolve("plan")).exists();
        assertThat(folder.resolve("properties")).doesNotExist();
    }

    @Test
    void secretsInJvmOptionsAreRefused() throws IOException {
        var file = folder.resolve("mine.conf");
        Files.writeString(
                file, "spark.conf { \"spark.driver.extraJavaOptions\" = \"-Djavax.net.ssl.keyStorePassword=hush\" }");
        assertThat(launch("pipeline", "--config", file.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("cannot accept a credential in spark.conf.spark.driver.extraJavaOptions")
                .doesNotContain("hush");
        assertThat(folder.resolve("plan")).doesNotExist();
    }

    @Test
    void credentialsOnTheCommandLineAreRefused() {
        assertThat(launch("pipeline", "spark.conf.spark.hadoop.fs.s3a.secret.key=hush"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("cannot take spark.conf.spark.hadoop.fs.s3a.secret.key as an argument")
                .doesNotContain("hush");
        assertThat(folder.resolve("plan")).doesNotExist();
    }

    @Test
    void prometheusFindsTheDriverOnItsPort() throws IOException {
        launch("pipeline", "spark.prometheus-port=4050");
        assertThat(plan())
                .contains(
                        "spark.metrics.conf.driver.sink.prometheusServlet.class="
                                + "org.apache.spark.metrics.sink.PrometheusServlet",
                        "spark.metrics.conf.driver.sink.prometheusServlet.path=/metrics/prometheus");
        launch("pipeline");
        assertThat(plan()).noneMatch(word -> word.contains("prometheus"));
    }

    @Test
    void executorsOnOtherHostsFetchTheProgramAndLocalOnesReadIt() throws IOException {
        Files.createFile(library.resolve("other.jar"));
        Files.createFile(library.resolve("notes.txt"));
        var shared = "spark.executor.extraClassPath=" + library + "/*";
        var shipped = "spark.jars=" + library.resolve("flowmap.jar").toUri() + ","
                + library.resolve("other.jar").toUri();
        for (var master : List.of("local[*]", "local-cluster[2,1,512]", "k8s://host")) {
            launch("pipeline", "--master", master);
            assertThat(plan()).contains(shared).noneMatch(word -> word.startsWith("spark.jars="));
        }
        for (var master : List.of("spark://127.0.0.1:7077", "spark://far:7077", "yarn")) {
            launch("pipeline", "--master", master);
            assertThat(plan()).contains(shipped).noneMatch(word -> word.startsWith("spark.executor.extraClassPath="));
        }
        launch("pipeline", "--master", "local-cluster[2,1,512]", "spark.executor-jars=ship");
        assertThat(plan()).contains(shipped);
        launch("pipeline", "--master", "yarn", "spark.conf.spark.jars=mine.jar");
        assertThat(plan()).contains(shipped + ",mine.jar");
        launch("pipeline", "--master", "spark://far:7077", "spark.executor-jars=/opt/flowmap/lib/");
        assertThat(plan()).contains("spark.executor.extraClassPath=/opt/flowmap/lib/*");
        launch("pipeline", "--master", "spark://far:7077", "spark.executor-jars=\"hdfs://far/flowmap/lib\"");
        assertThat(plan()).contains("spark.jars=hdfs://far/flowmap/lib/*.jar");
        assertThat(launch("pipeline", "spark.executor-jars=lib")).isEqualTo(2);
        assertThat(err.toString()).contains("expected auto, ship").contains("executor-jars, got lib");
    }

    @Test
    void tablesOnS3AreCommittedWithoutRenames() throws IOException {
        launch("pipeline", "run.dir=s3a://bucket/run");
        assertThat(plan())
                .contains(
                        "spark.hadoop.fs.s3a.committer.name=magic",
                        "spark.sql.sources.commitProtocolClass=org.apache.spark.internal.io.cloud.PathOutputCommitProtocol");
        launch("pipeline", "run.dir=/local/run");
        assertThat(plan()).noneMatch(word -> word.contains("committer"));
    }

    @Test
    void mistakesAreReportedBeforeSparkStarts() {
        assertThat(launch("pipeline", "run.sed=4")).isEqualTo(2);
        assertThat(err.toString()).contains("run.sed").contains("run.seed");
        assertThat(folder.resolve("plan")).doesNotExist();
        assertThat(launch("pipeline", "spark.driver-memory=lots")).isEqualTo(2);
        assertThat(err.toString()).contains("expected a size such as 4g for driver-memory, got lots");
        assertThat(err.toString().strip().lines()).hasSize(2);
    }

    /** Checks every section that a command reads: its own and, for a pipeline, those of its stages. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ingest | ingest.resolution=-3",
                "pretrain | pretrain.main.training.workers=0",
                "import | import.guidance=none",
                "prepare-teacher | prepare.training.steps=-1",
                "distill | distill.training.batch-per-worker=0",
                "distill | distill.guidance.max=0.1",
                "finetune | finetune.coefficient=-1",
                "ema | ema.widths=[-1]",
                "generate | generate.samples=0",
                "evaluate | evaluate.neighbours=0",
                "evaluate | evaluate.classifier.steps=0",
                "sweep | sweep.samples=0",
                "report | report.samples=-1",
                "pipeline | generate.batch=0",
                "pipeline | distill.training.steps=1.5",
                "pipeline | evaluate.classifier.batch=0",
                "lab theorem31 | lab.theorem31.samples=-1",
                "lab toy2d | lab.toy2d.points=0",
                "lab ablation | lab.ablation.seconds=-1",
                "lab trajectory | lab.trajectory.samples=0",
                "lab codec | lab.codec.size=-1",
                "lab jvp | lab.jvp.samples=0",
                "distill | run.seed=1.5"
            })
    void valuesOutOfRangeAreToldBeforeSparkStarts(String command, String setting) {
        var words = new ArrayList<>(List.of(command.split(" ")));
        words.add(setting);
        assertThat(launch(words.toArray(String[]::new))).as(err::toString).isEqualTo(2);
        assertThat(err.toString())
                .containsPattern("^flowmap: (cannot|unknown setting) ")
                .contains(setting.substring(0, setting.indexOf('.')))
                .doesNotContain("\tat ");
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(folder.resolve("plan")).doesNotExist();
    }

    @Test
    void everyStageIsRegistered() {
        assertThat(Stages.registered().jobs())
                .extracting(job -> job.name())
                .containsSubsequence(
                        "ingest", "pretrain", "distill", "generate", "evaluate", "report", "pipeline", "demo")
                .contains("lab theorem31");
    }

    private int launch(String... arguments) {
        var given = new ArrayList<>(List.of(arguments));
        given.add("ingest.train=embedded:shapes");
        return Launcher.run(
                folder,
                folder,
                false,
                new PrintWriter(new StringWriter()),
                new PrintWriter(err, true),
                given.toArray(String[]::new));
    }

    private List<String> plan() throws IOException {
        return Arrays.asList(Files.readString(folder.resolve("plan")).split("\0"));
    }
}
