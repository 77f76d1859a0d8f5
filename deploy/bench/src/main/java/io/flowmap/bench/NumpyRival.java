package io.flowmap.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Times and results of the published algorithms in NumPy and SciPy, run in a separate process.
 *
 * @param results by name
 * @param versions of both libraries
 */
record NumpyRival(Map<String, Result> results, String versions) {
    /**
     * Result of one algorithm.
     *
     * @param seconds time of the fastest repetition
     * @param cpu CPU seconds of all threads, the smallest over repetitions
     * @param values output of the algorithm
     */
    record Result(double seconds, double cpu, double[] values) {}

    /** Runs the script on a file of features with these arguments. */
    static NumpyRival run(String python, Path features, int... arguments) throws IOException {
        var words = Stream.concat(
                        Stream.of(features.toString()), Arrays.stream(arguments).mapToObj(Integer::toString))
                .toList();
        return parse(new PythonScript(python, "metrics.py", "python3-numpy and python3-scipy").run(words));
    }

    Result result(String name) {
        return results.get(name);
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
