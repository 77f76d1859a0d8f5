package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.launch.Commands;
import io.flowmap.app.launch.LocalCluster;
import io.flowmap.app.launch.Request;
import io.flowmap.app.launch.SparkConfig;
import io.flowmap.app.launch.Stages;
import io.flowmap.app.launch.SubmitPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Checks files of deploy/ against the commands, the settings and the launcher's plan. */
final class Deployed {
    /** Path of the package in the image. */
    static final String HOME = "/opt/flowmap";

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path DEPLOY = ROOT.resolve("deploy");

    private Deployed() {}

    /** Parses the words after {@code flowmap}; fails on an unknown command, option, key or file. */
    static Request request(List<String> words) {
        var requests = new ArrayList<Request>();
        var err = new StringWriter();
        var here = words.stream().map(Deployed::here).toArray(String[]::new);
        var commands =
                new Commands(Stages.registered(), ROOT, new PrintWriter(err), new PrintWriter(err, true), request -> {
                    requests.add(request);
                    return 0;
                });
        assertThat(commands.execute(here)).as(words + ": " + err).isZero();
        assertThat(requests).as("a job, not help, of " + words).hasSize(1);
        requests.get(0).settings().section("spark", SparkConfig.class);
        return requests.get(0);
    }

    /** The plan with which the launcher would start the request in the image. */
    static SubmitPlan plan(Request request) {
        var spark = request.settings().section("spark", SparkConfig.class);
        return new SubmitPlan(request, spark, Path.of(HOME, "lib"), new LocalCluster(Optional.empty()), false);
    }

    /** The text with the image's paths replaced by those of the checkout, from which package.sh takes the files. */
    static String here(String text) {
        return text.replaceAll(HOME + "/(?=(?:airflow|bin|container|cron|kubernetes|profiles)/)", DEPLOY + "/")
                .replace(HOME, ROOT.toString());
    }

    /** The values of {@code --conf} in a plan. */
    static Map<String, String> conf(SubmitPlan plan) {
        var conf = new TreeMap<String, String>();
        var arguments = plan.arguments();
        for (int i = 0; i < arguments.indexOf("--class"); i++) {
            if (arguments.get(i).equals("--conf")) {
                var pair = arguments.get(i + 1).split("=", 2);
                conf.put(pair[0], pair[1]);
            }
        }
        return conf;
    }

    /** Output and exit code of a process. */
    record Ended(int code, String out) {}

    /** Runs a command with additional environment variables; its output includes stderr. */
    static Ended run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }

    /** Whether a program answers --version. */
    static boolean has(String program) {
        try {
            return run(Map.of(), program, "--version").code() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The words of a shell line without quotes. */
    static List<String> words(String line) {
        return Arrays.stream(line.strip().split("\\s+")).toList();
    }

    static Stream<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#"));
    }
}
