package io.flowmap.app;

import io.flowmap.app.lab.LabPage;
import io.flowmap.job.CodeVersion;
import io.flowmap.job.JobContext;
import io.flowmap.job.ProcessEnd;
import io.flowmap.job.Progress;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Runs a request in a Spark session of its own. */
final class Application {
    private static final Set<String> REPORTING = Set.of("report", "pipeline", "demo");
    private static final String LAB = "lab ";
    private static final String SWEEP = "sweep";
    private static final String PLUGINS = "spark.plugins";
    static final String TERMINAL = "flowmap.terminal";

    private final Stages stages;
    private final Clock clock;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Interruption interruption;

    Application(Stages stages, Clock clock, PrintWriter out, PrintWriter err) {
        this.stages = stages;
        this.clock = clock;
        this.out = out;
        this.err = err;
        this.interruption = new Interruption(err);
    }

    /** From now on tells who interrupts a command where it would go on. */
    void answerSignals() {
        interruption.await();
    }

    /** Runs it and returns the exit code. */
    int run(Request request) {
        try {
            var settings = request.settings();
            var spark = session(settings.section("spark", SparkSettings.class));
            try {
                run(request.command(), new JobContext(spark, settings, progress(spark.sparkContext()), clock));
            } finally {
                spark.stop();
            }
            return 0;
        } catch (Exception e) { // Spark throws its own undeclared
            return tell(e);
        }
    }

    private void run(String command, JobContext context) {
        var start = clock.instant();
        var run = context.run();
        context.progress()
                .phase(
                        command,
                        Map.of(
                                "state",
                                "started",
                                "dir",
                                run.dir(),
                                "seed",
                                run.seed(),
                                "version",
                                CodeVersion.current()));
        try {
            stages.job(command).run(context);
        } catch (RuntimeException e) {
            context.progress().phase(command, Map.of("state", interruption.happened() ? "interrupted" : "failed"));
            throw e;
        }
        var seconds = Duration.between(start, clock.instant()).toSeconds();
        context.progress().phase(command, Map.of("state", "finished", "seconds", seconds));
        if (REPORTING.contains(command)) {
            showReport(context, "report");
        } else if (command.equals("dataset")) {
            showReport(context, command);
        } else if (command.startsWith(LAB) || command.equals(SWEEP)) {
            showReport(context, command.replace(' ', '/'));
        }
    }

    /** Prints the stage's table, if it has one, and where its page lies. */
    private void showReport(JobContext context, String stage) {
        var table = new Path(context.stage(stage), LabPage.TABLE);
        var report = new Path(context.stage(stage), LabPage.FILE);
        try {
            var fileSystem = report.getFileSystem(context.hadoop());
            if (fileSystem.exists(table)) {
                try (var in = fileSystem.open(table)) {
                    out.println(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
            if (fileSystem.exists(report)) {
                out.println(
                        report.toUri().getScheme().equals("file")
                                ? report.toUri().getPath()
                                : report.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for " + report, e);
        }
    }

    private Progress progress(SparkContext spark) {
        var shown = Boolean.getBoolean(TERMINAL) ? Progress.terminal(clock) : Progress.log(clock);
        return Progress.told(interruption.following(shown, spark), spark, clock);
    }

    private int tell(Exception failure) {
        if (interruption.happened()) {
            return 1;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError) {
                err.println("flowmap: " + cause.getMessage());
                return Commands.USER_ERROR;
            }
        }
        failure.printStackTrace(err);
        return 1;
    }

    /** The user's, whether given here or to spark-submit, and ours. */
    private static String plugins(SparkSettings settings) {
        var users = settings.conf().getOrDefault(PLUGINS, new SparkConf().get(PLUGINS, ""));
        return users.isEmpty() ? ProcessEnd.class.getName() : users + "," + ProcessEnd.class.getName();
    }

    private static SparkSession session(SparkSettings settings) {
        var builder = SparkSession.builder().appName(settings.appName());
        settings.conf().forEach(builder::config);
        builder.config(PLUGINS, plugins(settings));
        var spark = builder.getOrCreate();
        spark.sparkContext().setLogLevel(settings.logLevel());
        return spark;
    }
}
