package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run through the launcher with a separate executor, on a store whose key is in a configuration file. */
class SecretsTest {
    private static final Path PROCESSES = Path.of("/proc");
    private static final int LOOKS = 200;

    @TempDir
    Path dir;

    @BeforeEach
    void needsProcesses() {
        assumeTrue(Deployed.has("bash") && Files.isDirectory(PROCESSES), "no bash, or no /proc");
    }

    @Test
    void aKeyInAFileIsUsedButNeverShown() throws Exception {
        var log = dir.resolve("log");
        var events = Files.createDirectories(dir.resolve("events"));
        var temporary = Files.createDirectories(dir.resolve("tmp"));
        var conf = Files.createDirectories(dir.resolve("conf"));
        Files.writeString(conf.resolve("spark-defaults.conf"), "spark.hadoop." + GuardedFileSystem.DEFAULT + " here\n");
        var run = new LaidOut(Files.createDirectories(dir.resolve("home")))
                .flowmap(
                        log,
                        "ingest",
                        "--config",
                        configuration(events).toString(),
                        "--master",
                        "local-cluster[1,1,512]",
                        "spark.executor-memory=512m",
                        "spark.driver-memory=1g",
                        "ingest.train=embedded:shapes",
                        "ingest.shapes.count=60",
                        "ingest.shapes.test-count=30",
                        "run.dir=obs:" + dir.resolve("run"));
        run.environment().put("TMPDIR", temporary.toString());
        run.environment().put("SPARK_CONF_DIR", conf.toString());
        var process = run.start();
        int looks = 0;
        var seen = new TreeSet<String>();
        var told = new ArrayList<String>();
        while (process.isAlive()) {
            for (var line : commandLines()) {
                names(line).forEach(seen::add);
                if (line.contains(GuardedFileSystem.SECRET)) {
                    told.add(line);
                }
            }
            looks++;
            Thread.sleep(10);
        }
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        assertThat(told).isEmpty();
        assertThat(looks).isGreaterThan(LOOKS);
        assertThat(seen).contains("Launcher", "SparkSubmit", "CoarseGrainedExecutorBackend");
        assertThat(dir.resolve("run/data/manifest.json")).exists();
        assertThat(holdingSecrets(dir.resolve("run"), events, log, temporary)).isEmpty();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void nothingIsLeftBehindIfSparkDoesNotStart() throws Exception {
        var temporary = Files.createDirectories(dir.resolve("tmp"));
        var home = new LaidOut(Files.createDirectories(dir.resolve("home")));
        var log = dir.resolve("log");
        var run = home.flowmap(
                log,
                "ingest",
                "--config",
                configuration(dir) + "",
                "--master",
                "nonsense",
                "ingest.train=embedded:shapes");
        run.environment().put("TMPDIR", temporary.toString());
        assertThat(run.start().waitFor()).isEqualTo(1); // exit code of spark-submit
        assertThat(Files.readString(log)).contains("Master must either be").doesNotContain(GuardedFileSystem.SECRET);
        assertThat(temporary).isEmptyDirectory();
    }

    private Path configuration(Path events) throws IOException {
        return Files.writeString(
                dir.resolve("mine.conf"),
                "spark.conf {\n\"spark.hadoop." + GuardedFileSystem.KEY + "\" = \"" + GuardedFileSystem.SECRET
                        + "\"\n\"spark.hadoop.fs.obs.impl\" = " + GuardedFileSystem.class.getName()
                        + "\n\"spark.eventLog.enabled\" = true\n\"spark.eventLog.dir\" = \"" + events.toUri()
                        + "\"\n}\n");
    }

    private static List<String> commandLines() throws IOException {
        var lines = new ArrayList<String>();
        try (var processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (var process : processes) {
                try {
                    lines.add(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    // the process has ended
                    continue;
                }
            }
        }
        return lines;
    }

    /** The classes of Spark and Flowmap that are started on a command line. */
    private static Set<String> names(String line) {
        var names = new TreeSet<String>();
        for (var word : line.split("\0")) {
            if (word.startsWith("org.apache.spark.") || word.startsWith("io.flowmap.app.")) {
                names.add(word.substring(word.lastIndexOf('.') + 1));
            }
        }
        return names;
    }

    private static List<Path> holdingSecrets(Path... roots) throws IOException {
        var found = new ArrayList<Path>();
        for (var root : roots) {
            try (var files = Files.walk(root)) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(GuardedFileSystem.SECRET)) {
                        found.add(file);
                    }
                }
            }
        }
        return found;
    }
}
