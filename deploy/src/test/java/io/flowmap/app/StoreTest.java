package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link StoreScenario} in a network of its own, since the server listens on all interfaces. */
class StoreTest {
    private static final Path SERVER = Path.of("s3mock/target/classpath");
    private static final List<String> ISOLATED = List.of("unshare", "--map-root-user", "--net", "sh", "-c");

    @TempDir
    Path dir;

    @Test
    void localDiskHdfsAndAFaultyS3GiveTheSameFlowMap() throws IOException, InterruptedException {
        assumeTrue(
                Files.exists(SERVER), "skipped: expected the server's class path in deploy/" + SERVER + ", got none");
        assumeTrue(isolates(), "skipped: expected the right to unshare the network and bring up loopback, got none");
        var log = dir.resolve("log");
        var process = isolated("ip link set lo up && exec \"$0\" \"$@\"", command())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(40, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        var text = Files.readString(log);
        assertThat(process.exitValue()).as(text).isZero();
        var found = found(text);
        assertThat(found.get("hdfs")).isNotBlank().isEqualTo(found.get("local"));
        assertThat(found.get("s3")).isEqualTo(found.get("local"));
        assertThat(found)
                .containsEntry("committer", "\"magic\"")
                .containsEntry("left", "0")
                .containsEntry("secrets", "0");
        assertThat(Integer.parseInt(found.get("slowed"))).isPositive();
        assertThat(Integer.parseInt(found.get("cut"))).isPositive();
        assertThat(text).doesNotContain(StoreScenario.SECRET);
    }

    private List<String> command() throws IOException {
        var command = ForkedJvm.command(StoreScenario.class);
        command.addAll(List.of(dir.toString(), Files.readString(SERVER)));
        return command;
    }

    private static boolean isolates() throws InterruptedException {
        try {
            return isolated("ip link set lo up", List.of("isolated")).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static ProcessBuilder isolated(String script, List<String> arguments) {
        var words = new ArrayList<>(ISOLATED);
        words.add(script);
        words.addAll(arguments);
        return new ProcessBuilder(words);
    }

    private static Map<String, String> found(String text) {
        var found = new TreeMap<String, String>();
        text.lines()
                .filter(line -> line.startsWith("found "))
                .forEach(
                        line -> found.put(line.substring(6, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return found;
    }
}
