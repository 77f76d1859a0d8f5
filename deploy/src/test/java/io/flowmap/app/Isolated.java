package io.flowmap.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs processes in a network namespace that has only loopback, for servers that listen on all interfaces. */
final class Isolated {
    private static final List<String> WORDS = List.of("unshare", "--map-root-user", "--net", "sh", "-c");

    private Isolated() {}

    /** Skips the test if this machine does not allow it. */
    static void require() throws InterruptedException {
        boolean allowed;
        try {
            allowed = builder("ip link set lo up", List.of("isolated")).start().waitFor() == 0;
        } catch (IOException e) {
            allowed = false;
        }
        assumeTrue(allowed, "skipped: expected permission to unshare the network and bring up loopback, got none");
    }

    /** Runs a command to its end; returns its output and adds its exit code, a line "exit=n". */
    static String run(List<String> command, Path log, int minutes) throws IOException, InterruptedException {
        var process = builder("ip link set lo up && exec \"$0\" \"$@\"", command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
        }
        return Files.readString(log) + "\nexit=" + process.exitValue() + "\n";
    }

    /** The values of the lines "found key=value". */
    static Map<String, String> found(String text) {
        var found = new TreeMap<String, String>();
        text.lines()
                .filter(line -> line.startsWith("found "))
                .forEach(
                        line -> found.put(line.substring(6, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return found;
    }

    private static ProcessBuilder builder(String script, List<String> arguments) {
        var words = new ArrayList<>(WORDS);
        words.add(script);
        words.addAll(arguments);
        return new ProcessBuilder(words);
    }
}
