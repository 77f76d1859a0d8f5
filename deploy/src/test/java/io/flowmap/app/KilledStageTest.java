package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the pipeline's driver once in each stage, with the signals of a scheduler, a terminal and the kernel, restarts it as a
 * scheduler would, and compares with an undisturbed run.
 */
class KilledStageTest {
    private static final long PATIENCE_MINUTES = 10;
    private static final long SECONDS = 10;
    private static final Map<String, Integer> STATUS = Map.of("KILL", 137, "INT", 130, "TERM", 143);

    /**
     * A stage, a file that appears in the middle of its work, the signal sent then, and the place to continue from. A checkpoint counts
     * once it is complete.
     */
    private record Moment(String stage, String folder, String sign, String signal, String place) {}

    /** What is said before the first checkpoint of a stage, and after it. */
    private static final String FIRST = "; (nothing of it is kept yet: the same command begins it again, ";

    private static final String THEN =
            ", which is finished|the same command goes on from the checkpoint of step \\d+ in file:\\S+/";

    private static final List<Moment> MOMENTS = List.of(
            new Moment("data", "data", "staged", "KILL", ""),
            new Moment(
                    "teacher",
                    "teacher/main",
                    "step-*",
                    "INT",
                    "pretrain" + FIRST + "after ingest" + THEN + "teacher/main)"),
            new Moment(
                    "flowmap", "flowmap", "step-*", "TERM", "distill" + FIRST + "after pretrain" + THEN + "flowmap)"),
            new Moment("samples", "samples", "started.json", "TERM", "generate" + FIRST + "after distill, .*)"),
            new Moment("metrics", "metrics", "started.json", "KILL", ""),
            new Moment("report", "report", "started.json", "KILL", ""));

    @TempDir
    Path dir;

    @Test
    void theRunEndsAsIfNothingHadHappened() throws Exception {
        var calm = dir.resolve("calm");
        complete(calm);
        var killed = dir.resolve("killed");
        for (var moment : MOMENTS) {
            killAt(killed, moment);
        }
        complete(killed);
        for (var stage : List.of("teacher", "flowmap")) {
            assertThat(hashes(killed, stage)).as(stage).isNotEmpty().isEqualTo(hashes(calm, stage));
        }
        assertThat(values(killed)).hasSizeGreaterThan(10).isEqualTo(values(calm));
        assertThat(files(killed)).isEqualTo(files(calm));
    }

    @Test
    void aSecondRunIsRefusedButAReaderIsNot() throws Exception {
        var run = dir.resolve("run");
        var first = start(run, dir.resolve("first.log"));
        await(first, run.resolve("teacher/main"), "step-*");
        assertThat(Deployed.run(Map.of(), "kill", "-STOP", Long.toString(first.pid()))
                        .code())
                .isZero(); // otherwise it would end first
        var log = dir.resolve("second.log");
        var second = start(run, log);
        assertThat(second.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(second.exitValue()).as(Files.readString(log)).isEqualTo(2);
        assertThat(Files.readString(log))
                .contains("flowmap: cannot write into file:" + run + ": process " + first.pid() + " on ")
                .doesNotContain("\tat ");
        var other = dir.resolve("other");
        var reader = start("dataset", other, dir.resolve("reader.log"), "run.stages.data=" + run.resolve("data"));
        assertThat(reader.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(reader.exitValue())
                .as(Files.readString(dir.resolve("reader.log")))
                .isZero();
        first.destroyForcibly().waitFor();
        complete(run);
    }

    private static void await(Process process, Path folder, String sign) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
        while (!appeared(folder, sign) && process.isAlive() && System.nanoTime() < end) {
            Thread.sleep(2);
        }
    }

    private void killAt(Path run, Moment moment) throws Exception {
        var log = dir.resolve(moment.stage() + ".log");
        var process = start(run, log);
        await(process, run.resolve(moment.folder()), moment.sign());
        new ProcessBuilder("kill", "-" + moment.signal(), "" + process.pid())
                .start()
                .waitFor();
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        var lines = Files.readString(log);
        assertThat(ended).as(lines).isTrue();
        assertThat(process.exitValue()).isEqualTo(STATUS.get(moment.signal()));
        if (!moment.place().isEmpty()) {
            assertThat(lines.lines())
                    .last(STRING)
                    .matches("flowmap: stopped (in|after [\\d,]+ of [\\d,]+ \\w+ of) " + moment.place());
            assertThat(lines).doesNotContain("\tat ", "Exception", "ERROR");
        }
        assertThat(appeared(run.resolve(moment.folder()), moment.sign()))
                .as(Files.readString(log))
                .isTrue();
        assertThat(run.resolve(moment.stage()).resolve("manifest.json"))
                .as("killed before the end of " + moment.stage())
                .doesNotExist();
    }

    private void complete(Path run) throws Exception {
        var log = dir.resolve("log");
        var process = start(run, log);
        boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0).as(Files.readString(log)).isTrue();
    }

    private static Process start(Path run, Path log) throws IOException {
        return start("pipeline", run, log);
    }

    private static Process start(String job, Path run, Path log, String... more) throws IOException {
        var command = ForkedJvm.command(
                Main.class,
                "-Dspark.master=local[2]",
                "-Dspark.ui.enabled=false",
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.sql.shuffle.partitions=2",
                "-Dspark.sql.codegen.wholeStage=false",
                "-Dspark.sql.codegen.factoryMode=NO_CODEGEN");
        command.add(job);
        command.addAll(TinyRun.SHAPES);
        command.addAll(TinyRun.NETWORKS);
        command.addAll(List.of(
                "training.checkpoint-every=2",
                "pretrain.main.training.steps=24",
                "distill.training.steps=24",
                "run.dir=" + run));
        command.addAll(List.of(more));
        command.addAll(0, List.of("env", "--default-signal=INT"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static boolean appeared(Path folder, String sign) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, sign)) {
            return found.iterator().hasNext();
        }
    }

    private static JsonNode hashes(Path run, String stage) throws IOException {
        return Json.mapper()
                .readTree(run.resolve(stage).resolve("manifest.json").toFile())
                .at("/facts/hashes");
    }

    /** The rows of the metrics with their protocols (which contain the hashes of the classifier and of the real images), without times. */
    private static List<String> values(Path run) throws IOException {
        return Files.readAllLines(run.resolve("report/metrics.csv")).stream()
                .filter(line -> !line.contains("milliseconds"))
                .toList();
    }

    /** Names of all files except the tables of rounds, whose number of parts may differ; Spark's job numbers are removed. */
    private static SortedSet<String> files(Path run) throws IOException {
        try (var files = Files.walk(run)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> run.relativize(file).toString())
                    .filter(name -> !name.contains("/training/"))
                    .map(name -> name.replaceAll("-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
