package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Processes that are terminated while native threads compute. Run more of them with {@code -Dflowmap.kills=20}. */
class ProcessEndTest {
    private static final int KILLS = Integer.getInteger("flowmap.kills", 3);
    private static final int SECONDS = 10;
    private static final int PATIENCE_SECONDS = 120;

    @TempDir
    Path dir;

    static Stream<String> works() {
        return Stream.of("product", "convolution")
                .flatMap(work -> IntStream.range(0, KILLS).mapToObj(i -> work));
    }

    @ParameterizedTest
    @MethodSource("works")
    void aProcessTerminatedDuringAnOpEndsInTimeWithItsStatus(String work) throws Exception {
        var process = started(work, "signal");
        Thread.sleep(ThreadLocalRandom.current().nextInt(1000));
        signal("TERM", process.toHandle());
        assertThat(status(process)).isEqualTo(143);
    }

    @Test
    void aHookThatNeverEndsIsCutOffAndTheStatusStays() throws Exception {
        var process = started("product", "hang");
        signal("INT", process.toHandle());
        assertThat(status(process)).isEqualTo(130);
    }

    @Test
    void anExitDuringAProductKeepsItsStatusAndOutput() throws Exception {
        var process = started("product", "2");
        assertThat(status(process)).isEqualTo(2);
        assertThat(log()).content().contains(Computing.BUFFERED);
    }

    @Test
    void anExecutorEndsDuringAProductAndADriverEndsWithItsChildren() throws Exception {
        var driver = started("executor", "signal");
        Thread.sleep(1000);
        var executor = driver.descendants().findFirst().orElseThrow();
        signal("TERM", executor);
        try {
            executor.onExit().get(SECONDS, TimeUnit.SECONDS);
        } finally {
            executor.destroyForcibly();
        }
        var children = driver.descendants().toList();
        signal("TERM", driver.toHandle());
        assertThat(status(driver)).isEqualTo(143);
        for (var child : children) {
            child.onExit().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Starts a process and waits until it computes. SIGINT works even if this JVM was started with it ignored. */
    private Process started(String work, String end) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT",
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Computing.class.getName(), work, end));
        var builder = new ProcessBuilder(command);
        builder.environment()
                .put(
                        "SPARK_HOME",
                        Files.createDirectories(dir.resolve("spark/jars"))
                                .getParent()
                                .toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.12");
        builder.environment().put("OMP_NUM_THREADS", "2");
        var process =
                builder.redirectErrorStream(true).redirectOutput(log().toFile()).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(log()).contains(Computing.READY)
                && process.isAlive()
                && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(log()).content().contains(Computing.READY);
        return process;
    }

    private Path log() {
        return dir.resolve("log");
    }

    private static void signal(String signal, ProcessHandle process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(List.of("kill", "-" + signal, "" + process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private int status(Process process) throws IOException, InterruptedException {
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("ended, having written " + Files.readString(log())).isTrue();
        return process.exitValue();
    }
}
