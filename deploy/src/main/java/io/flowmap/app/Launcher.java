package io.flowmap.app;

import io.flowmap.job.RunSettings;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the launcher script asks before it starts Spark: answers help and refuses mistakes at once, and for a job writes the plan of
 * spark-submit: {@code NAME=value} of the environment, an empty line's place, arguments; each ended by NUL.
 */
public final class Launcher {
    private final Path home;
    private final Path plan;
    private final boolean terminal;
    private final PrintWriter err;

    private Launcher(Path home, Path plan, boolean terminal, PrintWriter err) {
        this.home = home;
        this.plan = plan;
        this.terminal = terminal;
        this.err = err;
    }

    /** Arguments: root of the checkout, file for the plan, whether stderr is a terminal, then the user's. */
    public static void main(String[] arguments) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        var users = Arrays.copyOfRange(arguments, 3, arguments.length);
        System.exit(
                run(Path.of(arguments[0]), Path.of(arguments[1]), Boolean.parseBoolean(arguments[2]), out, err, users));
    }

    static int run(Path home, Path plan, boolean terminal, PrintWriter out, PrintWriter err, String... arguments) {
        var launcher = new Launcher(home, plan, terminal, err);
        return new Commands(Stages.registered(), home, out, err, launcher::write).execute(arguments);
    }

    private int write(Request request) {
        try {
            var settings = request.settings();
            var spark = settings.section("spark", SparkSettings.class);
            settings.section("run", RunSettings.class);
            Stages.registered().job(request.command()).sections().forEach(settings::section);
            var submit = new SubmitPlan(request, spark, home.resolve("deploy"), terminal);
            submit.refuseCredentials();
            var text = new StringBuilder();
            submit.environment()
                    .forEach((name, value) ->
                            text.append(name).append('=').append(value).append('\0'));
            text.append('\0');
            submit.arguments().forEach(argument -> text.append(argument).append('\0'));
            Files.writeString(plan, text);
            return 0;
        } catch (UserError e) {
            err.println("flowmap: " + e.getMessage());
            return Commands.USER_ERROR;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + plan, e);
        }
    }
}
