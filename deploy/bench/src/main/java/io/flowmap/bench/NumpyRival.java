package io.flowmap.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the published algorithms take in NumPy and SciPy, in a process of their own.
 *
 * @param results by name
 * @param versions of both libraries
 */
record NumpyRival(Map<String, Result> results, String versions) {
    /**
     * One algorithm.
     *
     * @param seconds of the fastest repetition
     * @param cpu seconds of all threads, the least of the repetitions
     * @param values that it gave
     */
    record Result(double seconds, double cpu, double[] values) {}

    /** Runs the script on a file of features with these arguments. */
    static NumpyRival run(String python, Path features, int... arguments) throws IOException {
        var script = Files.createTempFile("flowmap-metrics", ".py");
        try (var source = NumpyRival.class.getResourceAsStream("metrics.py")) {
            Files.write(script, source.readAllBytes());
            var command = Stream.concat(
                            Stream.of(python, script.toString(), features.toString()),
                            Arrays.stream(arguments).mapToObj(Integer::toString))
                    .toList();
            return parse(output(command));
        } finally {
            Files.delete(script);
        }
    }

    Result result(String name) {
        return results.get(name);
    }

    private static List<String> output(List<String> command) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("cannot run " + command.get(0) + ": expected exit code 0, got " + code
                        + " (install python3-numpy and python3-scipy)");
            }
        } catch (InterruptedException e) {
            throw new IOException("cannot wait for " + command.get(0), e);
        }
        return lines;
    }

    private static NumpyRival parse(List<String> lines) {
        var results = new HashMap<String, Result>();
        for (var line : lines.subList(0, lines.size() - 1)) {
            var words = line.split(" ");
            var values = Arrays.stream(words, 3, words.length)
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            results.put(words[0], new Result(Double.parseDouble(words[1]), Double.parseDouble(words[2]), values));
        }
        return new NumpyRival(results, lines.get(lines.size() - 1));
    }
}
