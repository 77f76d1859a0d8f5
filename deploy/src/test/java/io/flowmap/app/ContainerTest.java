package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.deploy.k8s.Constants$;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Dockerfile and the entry point; needs no container engine. */
class ContainerTest {
    private static final Path CONTAINER = Deployed.DEPLOY.resolve("container");
    private static final Set<String> INSTRUCTIONS =
            Set.of("FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT");
    private static final Constants$ SPARK = Constants$.MODULE$;

    @TempDir
    Path folder;

    static List<Path> scripts() throws IOException {
        var scripts = new ArrayList<Path>();
        for (var directory : List.of("bin", "container", "cron")) {
            try (var files = Files.list(Deployed.DEPLOY.resolve(directory))) {
                files.filter(ContainerTest::isShell).sorted().forEach(scripts::add);
            }
        }
        return scripts;
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void everyScriptIsBash(Path script) throws Exception {
        var checked = Deployed.run(Map.of(), "bash", "-n", script.toString());
        assertThat(checked.code()).as(checked.out()).isZero();
    }

    @Test
    void imageStagesBuildOnAJdkOrAnEarlierStageAndTheLastRunsUnprivileged() throws IOException {
        var stages = new HashSet<String>();
        var user = "";
        for (var line : instructions()) {
            var words = Deployed.words(line);
            assertThat(INSTRUCTIONS).contains(words.get(0));
            if (words.get(0).equals("FROM")) {
                assertThat(stages.contains(words.get(1))
                                || words.get(1).matches("eclipse-temurin:17\\.0\\.\\d+_\\d+-(jdk|jre)"))
                        .as(line)
                        .isTrue();
                stages.add(words.size() > 2 ? words.get(3) : "last");
            } else if (words.get(1).startsWith("--from=")) {
                assertThat(stages).contains(words.get(1).substring("--from=".length()));
            } else if (words.get(0).equals("USER")) {
                user = words.get(1);
            } else if (words.get(0).equals("RUN") && words.get(1).startsWith("./")) {
                assertThat(Deployed.ROOT.resolve(words.get(1))).isExecutable();
            }
        }
        assertThat(Integer.parseInt(user)).isEqualTo(KubernetesTest.USER);
        assertThat(stages).contains("cpu", "gpu-etl", "last");
    }

    @Test
    void theImagesEnvironmentIsTheLaunchers() throws IOException {
        var environment = new TreeMap<String, String>();
        for (var line : instructions()) {
            if (line.startsWith("ENV ")) {
                Deployed.words(line.substring(4))
                        .forEach(pair -> environment.put(pair.split("=")[0], pair.split("=")[1]));
            }
        }
        var launchers = Deployed.plan(Deployed.request(List.of("pipeline", "--master", "k8s://x")))
                .environment();
        assertThat(environment)
                .containsAllEntriesOf(launchers)
                .containsEntry("SPARK_HOME", "/opt/spark")
                .containsEntry("LC_ALL", "C.UTF-8");
        assertThat(SPARK.SPARK_CONF_DIR_INTERNAL()).isEqualTo("/opt/spark/conf");
    }

    /** Passes Spark's environment variables and has the started class print them. */
    @Test
    void anExecutorIsStartedAsSparkOnKubernetesAsksForIt() throws Exception {
        tool("java");
        var environment = new TreeMap<String, String>(Map.of(
                "JAVA_HOME",
                "",
                "SPARK_HOME",
                "/opt/spark",
                SPARK.ENV_SPARK_CONF_DIR(),
                SPARK.SPARK_CONF_DIR_INTERNAL(),
                SPARK.ENV_CLASSPATH(),
                "/opt/flowmap/lib/*",
                SPARK.ENV_EXECUTOR_MEMORY(),
                "3072m",
                SPARK.ENV_JAVA_OPT_PREFIX() + "0",
                "-Done=a b",
                SPARK.ENV_JAVA_OPT_PREFIX() + "1",
                "-Dtwo=2"));
        environment.putAll(Map.of(
                SPARK.ENV_DRIVER_URL(), "spark://driver@host:7078",
                SPARK.ENV_EXECUTOR_ID(), "5",
                SPARK.ENV_EXECUTOR_CORES(), "2",
                SPARK.ENV_APPLICATION_ID(), "app-1",
                SPARK.ENV_EXECUTOR_POD_IP(), "10.0.0.9",
                SPARK.ENV_RESOURCE_PROFILE_ID(), "0",
                SPARK.ENV_EXECUTOR_POD_NAME(), "pod-5"));
        var words = entrypoint(environment, "executor");
        int backend = words.indexOf("org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend");
        assertThat(words.subList(0, backend))
                .containsExactly(
                        "-Done=a b",
                        "-Dtwo=2",
                        "-Xms3072m",
                        "-Xmx3072m",
                        "-cp",
                        "/opt/spark/conf:/opt/spark/jars/*:/opt/flowmap/lib/*");
        var parsed = KubernetesExecutorBackend$.MODULE$.parseArguments(
                words.subList(backend + 1, words.size()).toArray(String[]::new), "backend");
        assertThat(parsed.driverUrl()).isEqualTo("spark://driver@host:7078");
        assertThat(parsed.executorId()).isEqualTo("5");
        assertThat(parsed.cores()).isEqualTo(2);
        assertThat(parsed.appId()).isEqualTo("app-1");
        assertThat(parsed.hostname()).isEqualTo("10.0.0.9");
        assertThat(parsed.podName()).isEqualTo("pod-5");
    }

    @Test
    void aDriverGoesThroughSparkSubmit() throws Exception {
        assertThat(folder.resolve("bin").toFile().mkdir()).isTrue();
        tool("bin/spark-submit");
        var words = entrypoint(
                Map.of("SPARK_HOME", folder.toString(), SPARK.ENV_DRIVER_BIND_ADDRESS(), "10.0.0.8"),
                "driver",
                "--properties-file",
                "/opt/spark/conf/spark.properties",
                "--class",
                "io.flowmap.app.Main",
                "local:///x.jar",
                "pipeline",
                "run.dir=/a b");
        assertThat(words)
                .startsWith("--deploy-mode", "client", "--conf", "spark.driver.bindAddress=10.0.0.8")
                .endsWith("io.flowmap.app.Main", "local:///x.jar", "pipeline", "run.dir=/a b");
    }

    private List<String> entrypoint(Map<String, String> environment, String... arguments) throws Exception {
        assumeTrue(Deployed.has("bash"), "no bash");
        var all = new TreeMap<>(environment);
        all.put("PATH", folder + ":" + System.getenv("PATH"));
        var command = new ArrayList<>(
                List.of("bash", CONTAINER.resolve("entrypoint.sh").toString()));
        command.addAll(Arrays.asList(arguments));
        var ended = Deployed.run(all, command.toArray(String[]::new));
        assertThat(ended.code()).as(ended.out()).isZero();
        return ended.out().lines().toList();
    }

    /** A stub program that prints its arguments, one per line. */
    private void tool(String name) throws IOException {
        var tool = folder.resolve(name);
        Files.writeString(tool, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        assertThat(tool.toFile().setExecutable(true)).isTrue();
    }

    private static List<String> instructions() throws IOException {
        var text = Files.readString(CONTAINER.resolve("Dockerfile")).replaceAll("\\\\\\R", " ");
        return Deployed.lines(text).toList();
    }

    private static boolean isShell(Path file) {
        try {
            return Files.isRegularFile(file)
                    && (file.toString().endsWith(".sh")
                            || Files.readAllLines(file).get(0).startsWith("#!/usr/bin/env bash"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
