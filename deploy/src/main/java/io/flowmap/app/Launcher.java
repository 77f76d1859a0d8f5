package io.flowmap.app;

import io.flowmap.app.launch.Commands;
import io.flowmap.app.launch.LocalCluster;
import io.flowmap.app.launch.Request;
import io.flowmap.app.launch.SparkConfig;
import io.flowmap.app.launch.Stages;
import io.flowmap.app.launch.SubmitPlan;
import io.flowmap.config.UserError;
import io.flowmap.stage.RunConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import org.apache.spark.util.Utils;
import scala.collection.JavaConverters;

/**
 * Runs before Spark, called by the launcher script. It answers help and refuses mistakes at once. For a job it writes the file {@code
 * plan} for spark-submit into a folder: environment variables {@code NAME=value}, an empty entry, then arguments, each terminated by
 * NUL. If settings hold credentials, it also writes the file {@code properties}, which spark-submit reads in place of
 * spark-defaults.conf.
 */
public final class Launcher {
    private final Path home;
    private final Path folder;
    private final boolean terminal;
    private final PrintWriter err;

    private Launcher(Path home, Path folder, boolean terminal, PrintWriter err) {
        this.home = home;
        this.folder = folder;
        this.terminal = terminal;
        this.err = err;
    }

    /** Arguments: root of the checkout or package, folder for the plan, whether stderr is a terminal, then the user's arguments. */
    public static void main(String[] arguments) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        var users = Arrays.copyOfRange(arguments, 3, arguments.length);
        System.exit(
                run(Path.of(arguments[0]), Path.of(arguments[1]), Boolean.parseBoolean(arguments[2]), out, err, users));
    }

    static int run(Path home, Path folder, boolean terminal, PrintWriter out, PrintWriter err, String... arguments) {
        var launcher = new Launcher(home, folder, terminal, err);
        return new Commands(Stages.registered(), home, out, err, launcher::write).execute(arguments);
    }

    private int write(Request request) {
        try {
            var settings = request.settings();
            var spark = settings.section("spark", SparkConfig.class);
            settings.section("run", RunConfig.class);
            Stages.registered().job(request.command()).sections().forEach(settings::section);
            var submit = new SubmitPlan(request, spark, library(), LocalCluster.ofEnvironment(), terminal);
            var secrets = submit.secrets();
            if (!secrets.isEmpty()) {
                writeProperties(secrets);
            }
            var text = new StringBuilder();
            submit.environment()
                    .forEach((name, value) ->
                            text.append(name).append('=').append(value).append('\0'));
            text.append('\0');
            submit.arguments().forEach(argument -> text.append(argument).append('\0'));
            Files.writeString(folder.resolve("plan"), text);
            return 0;
        } catch (UserError e) {
            err.println("flowmap: " + e.getMessage());
            return Commands.USER_ERROR;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write into " + folder, e);
        }
    }

    /** Folder of the program's jars: {@code lib} in a package, {@code deploy/target/lib} in a checkout. */
    private Path library() {
        var packaged = home.resolve("lib");
        return Files.isDirectory(packaged) ? packaged : home.resolve("deploy/target/lib");
    }

    /** Writes the secrets together with the user's spark-defaults.conf, because Spark reads this file in place of that one. */
    private void writeProperties(Map<String, String> secrets) throws IOException {
        var properties = new Properties();
        var defaults = Utils.getDefaultPropertiesFile(JavaConverters.mapAsScalaMap(System.getenv()));
        if (defaults != null) {
            try (var in = Files.newBufferedReader(Path.of(defaults))) {
                properties.load(in);
            }
        }
        properties.putAll(secrets);
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var out = Files.newBufferedWriter(Files.createFile(folder.resolve("properties"), mine))) {
            properties.store(out, null);
        }
    }
}
