package io.flowmap.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;

/**
 * A rival written in Python, run in a separate process.
 *
 * @param python interpreter
 * @param name of the script beside this class
 * @param needs packages that must be installed
 */
record PythonScript(String python, String name, String needs) {
    /** Runs the script and returns the lines that it prints. */
    List<String> run(List<String> arguments) throws IOException {
        var script = Files.createTempFile("flowmap-", name);
        try (var source = PythonScript.class.getResourceAsStream(name)) {
            Files.write(script, source.readAllBytes());
            return output(Stream.concat(Stream.of(python, script.toString()), arguments.stream())
                    .toList());
        } finally {
            Files.delete(script);
        }
    }

    private List<String> output(List<String> command) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("cannot run " + python + " " + name + ": expected exit code 0, got " + code
                        + " (install " + needs + ")");
            }
        } catch (InterruptedException e) {
            throw new IOException("cannot wait for " + python, e);
        }
        return lines;
    }
}
