package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import io.flowmap.testing.ObsFileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output directories that cannot be written: a user mistake if the file system works but refuses, an outage if it does not work. */
class OutputDirectoryTest {
    private static SparkSession spark;

    @TempDir
    Path dir;

    /** A file system that refuses every write with the messages of HDFS, S3A and Linux, or fails. */
    public static final class Denying extends ObsFileSystem {
        private static final Map<String, Supplier<IOException>> ANSWERS = Map.of(
                "hdfs", () -> new AccessControlException("Permission denied: user=me, access=WRITE, inode=\"/runs\""),
                "s3a", () -> new AccessDeniedException("s3a://bucket/run", null, "403 Forbidden"),
                "rights", () -> new FileNotFoundException("/runs/.lock-1 (Permission denied)"),
                "mount", () -> new FileNotFoundException("/runs/.lock-1 (Read-only file system)"),
                "full", () -> new IOException("No space left on device"),
                "broken", () -> new IOException("Connection reset by peer"));

        @Override
        public FSDataOutputStream create(
                org.apache.hadoop.fs.Path path,
                boolean overwrite,
                int buffer,
                short replication,
                long block,
                Progressable progress)
                throws IOException {
            throw ANSWERS.get(getConf().get("denying")).get();
        }
    }

    @BeforeAll
    static void startSpark() {
        spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .config("spark.hadoop.fs.obs.impl", Denying.class.getName())
                .getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hdfs", "s3a", "rights", "mount"})
    void aFileSystemThatRefusesIsAUserError(String answer) {
        assertThatThrownBy(() -> open(answer, "obs:" + dir))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("cannot write into obs:" + dir + ": expected a writable directory, got ")
                .hasMessageEndingWith("(fix its permissions or choose another run.dir)")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "broken"})
    void aFileSystemThatFailsIsAnOutageWithItsCause(String answer) {
        assertThatThrownBy(() -> open(answer, "obs:" + dir))
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "file/run", "file/a/run", "/proc/flowmap", "/proc/flowmap/run"})
    void aPathThatCannotBeADirectoryIsAUserError(String place) throws IOException {
        Files.writeString(dir.resolve("file"), "");
        assertThatThrownBy(() -> open("", dir.resolve(place).toString()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot write into file:" + dir.resolve(place))
                .hasMessageNotContaining("\n");
        assertThat(dir.resolve("file")).isRegularFile();
    }

    @Test
    void aLinkToAFolderIsAFolder() throws IOException {
        Files.createDirectories(dir.resolve("there"));
        Files.createSymbolicLink(dir.resolve("link"), dir.resolve("there"));
        open("", dir.resolve("link").toString()).finish(Map.of());
        assertThat(dir.resolve("there/data/manifest.json")).exists();
    }

    private static StageOutput open(String answer, String run) {
        spark.sparkContext().hadoopConfiguration().set("denying", answer);
        spark.sparkContext().hadoopConfiguration().setBoolean("fs.obs.impl.disable.cache", true);
        var settings = Settings.load(Optional.empty(), List.of("run.dir=" + run));
        var clock = Clock.systemUTC();
        return StageOutput.open(
                new JobContext(spark, settings, Progress.log(clock), clock), "data", List.of(), List.of());
    }
}
