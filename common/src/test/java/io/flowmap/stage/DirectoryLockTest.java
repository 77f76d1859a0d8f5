package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.testing.ObsFileSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks of this process against those of other JVMs, on local disk and on a stand-in for an object store. */
class DirectoryLockTest {
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final Runnable NOTHING = () -> {};

    @TempDir
    Path dir;

    private final List<Process> others = new ArrayList<>();

    /** Takes a lock, prints that it has it, and keeps it. Arguments: scheme, directory, "near" or "far". */
    static final class Other {
        public static void main(String[] arguments) throws Exception {
            var near = Owner.current("other");
            var owner = arguments[2].equals("near") ? near : far(near);
            try {
                DirectoryLock.take(
                        fileSystem(arguments[0]), path(arguments[0], Path.of(arguments[1])), owner, NOTHING, SHORT);
                System.out.println("taken");
            } catch (UserError e) {
                System.out.println("refused");
                return;
            }
            Thread.sleep(TimeUnit.MINUTES.toMillis(10));
        }
    }

    @AfterEach
    void killOthers() {
        others.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file near", "file far", "obs near", "obs far"})
    void aSecondProcessIsRefusedWithTheNameOfTheFirst(String kind) throws Exception {
        var words = kind.split(" ");
        var first = start(kind);
        assertThat(said(first)).isEqualTo("taken");
        long start = System.nanoTime();
        assertThatThrownBy(() -> take(words[0]))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "process " + first.pid() + " on " + (words[1].equals("far") ? "far-away" : host()))
                .hasMessageContaining("wait until it ends, stop it, or choose another run.dir")
                .hasMessageNotContaining("\n");
        assertThat(secondsSince(start)).isLessThan(SHORT.toSeconds());
        assertThat(locks()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "obs"})
    void theLockOfAKilledProcessIsTakenAtOnceOnItsMachine(String scheme) throws Exception {
        var first = start(scheme + " near");
        assertThat(said(first)).isEqualTo("taken");
        first.destroyForcibly().waitFor();
        assertThat(locks()).hasSize(1);
        long start = System.nanoTime();
        try (var lock = take(scheme)) {
            assertThat(secondsSince(start)).isLessThan(1);
            assertThat(locks()).hasSize(1);
        }
        assertThat(locks()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "obs"})
    void theLockOfAKilledProcessIsTakenFromOtherMachinesOnlyAfterTheTimeout(String scheme) throws Exception {
        var first = start(scheme + " far");
        assertThat(said(first)).isEqualTo("taken");
        first.destroyForcibly().waitFor();
        long start = System.nanoTime();
        try (var lock = take(scheme)) {
            assertThat(secondsSince(start)).isBetween((double) SHORT.toSeconds(), SHORT.toSeconds() + 2.0);
        }
        assertThat(locks()).isEmpty();
    }

    @Test
    void exactlyOneOfManyConcurrentProcessesGetsTheLock() throws Exception {
        for (int i = 0; i < 6; i++) {
            start(i % 2 == 0 ? "file near" : "file far");
        }
        var said = new ArrayList<String>();
        for (var other : others) {
            said.add(said(other));
        }
        assertThat(said).containsOnlyOnce("taken").contains("refused");
    }

    @Test
    void aReusedProcessIdIsAnotherProcess() throws Exception {
        var now = Owner.current("earlier");
        var earlier = new Owner(now.host(), now.pid(), now.machine(), "1", "earlier");
        write(earlier, true);
        try (var lock = take("file")) {
            assertThat(locks()).hasSize(1);
        }
    }

    @Test
    void aHalfWrittenLockExpires() throws Exception {
        Files.writeString(dir.resolve(".lock-0"), "");
        try (var lock = take("file")) {
            assertThat(locks()).hasSize(1);
        }
    }

    @Test
    void oneProcessCanTakeTheLockTwice() throws Exception {
        try (var one = take("file");
                var two = take("file")) {
            assertThat(locks()).hasSize(2);
        }
        assertThat(locks()).isEmpty();
    }

    @Test
    void anOwnerThatLosesTheLockIsNotified() throws Exception {
        var told = new CountDownLatch(1);
        try (var lock = DirectoryLock.take(
                fileSystem("file"), path("file", dir), Owner.current("one"), told::countDown, SHORT)) {
            lock.requireHeld();
            var now = Owner.current("two");
            write(far(now), true);
            Files.delete(locks().stream()
                    .filter(file -> !file.endsWith(".lock-0"))
                    .findFirst()
                    .orElseThrow());
            assertThat(told.await(5, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(lock::requireHeld).hasMessageContaining("taken over");
        }
        assertThat(locks()).containsExactly(dir.resolve(".lock-0"));
    }

    @Test
    void aRemovedLockFileIsRewritten() throws Exception {
        var told = new CountDownLatch(1);
        try (var lock = DirectoryLock.take(
                fileSystem("file"), path("file", dir), Owner.current("one"), told::countDown, SHORT)) {
            Files.delete(locks().get(0));
            Thread.sleep(SHORT.toMillis() / 2);
            assertThat(locks()).hasSize(1);
            lock.requireHeld();
        }
        assertThat(told.getCount()).isOne();
        assertThat(locks()).isEmpty();
    }

    /** Perhaps its directory is being deleted. The first look comes within a twelfth of the patience. */
    @Test
    void aRemovedLockFileIsNotRewrittenAtTheFirstLook() throws Exception {
        var patience = Duration.ofSeconds(6);
        var look = patience.toNanos() / 12;
        try (var lock =
                DirectoryLock.take(fileSystem("file"), path("file", dir), Owner.current("one"), NOTHING, patience)) {
            var file = locks().get(0);
            var written = Files.readString(file);
            while (Files.readString(file).equals(written)) {
                Thread.sleep(10);
            }
            Files.delete(file);
            long deleted = System.nanoTime();
            while (!Files.exists(file)) {
                Thread.sleep(10);
            }
            assertThat(System.nanoTime() - deleted).isBetween(look + look / 2, patience.toNanos());
            lock.requireHeld();
        }
    }

    private DirectoryLock take(String scheme) throws IOException {
        return DirectoryLock.take(fileSystem(scheme), path(scheme, dir), Owner.current("this"), NOTHING, SHORT);
    }

    private Process start(String kind) throws IOException {
        var words = kind.split(" ");
        var other = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        ManagementFactory.getRuntimeMXBean().getClassPath(),
                        Other.class.getName(),
                        words[0],
                        dir.toString(),
                        words[1])
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        others.add(other);
        return other;
    }

    private static String said(Process other) throws IOException {
        var lines = other.inputReader(); // logs among them
        var line = lines.readLine();
        while (line != null && !line.matches("taken|refused")) {
            line = lines.readLine();
        }
        return line;
    }

    private void write(Owner owner, boolean held) throws IOException {
        var claim = Json.mapper().createObjectNode().put("held", held).put("renewals", 1);
        claim.set("owner", Json.mapper().valueToTree(owner));
        Files.writeString(dir.resolve(".lock-0"), claim.toString());
    }

    private List<Path> locks() throws IOException {
        try (var files = Files.list(dir)) {
            return files.toList();
        }
    }

    private static Owner far(Owner near) {
        return new Owner("far-away", near.pid(), "another machine", near.started(), near.application());
    }

    private static String host() {
        return Owner.current("").host();
    }

    private static org.apache.hadoop.fs.Path path(String scheme, Path dir) {
        return new org.apache.hadoop.fs.Path(scheme + ":" + dir);
    }

    private static FileSystem fileSystem(String scheme) throws IOException {
        var conf = new Configuration();
        conf.set("fs.obs.impl", ObsFileSystem.class.getName());
        return path(scheme, Path.of("/")).getFileSystem(conf);
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
