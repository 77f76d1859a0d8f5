package io.flowmap.app;

import io.flowmap.app.lab.LabPage;
import io.flowmap.config.Secrets;
import io.flowmap.job.CodeVersion;
import io.flowmap.job.JobContext;
import io.flowmap.job.ProcessEnd;
import io.flowmap.job.Progress;
import io.flowmap.job.Store;
import io.flowmap.job.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.internal.config.package$;
import org.apache.spark.sql.SparkSession;

/** Runs a request in a Spark session of its own. */
final class Application {
    private static final Set<String> REPORTING = Set.of("report", "pipeline", "demo");
    private static final String LAB = "lab ";
    private static final String SWEEP = "sweep";
    private static final String JAVA_OPTIONS = ".extraJavaOptions";
    private static final String REDACTION = "spark.redaction.regex";
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
            var fileSystem = Store.of(context.hadoop(), report);
            if (fileSystem.exists(table)) {
                try (var in = Store.open(fileSystem, table)) {
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
            throw Store.failure("cannot look for " + report, e);
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
        var mistake = mistake(failure);
        if (mistake.isPresent()) {
            err.println("flowmap: " + mistake.get());
            return Commands.USER_ERROR;
        }
        var outage = Store.outage(failure);
        if (outage != null) {
            err.println("flowmap: " + outage.getMessage() + ": "
                    + outage.getCause().getMessage() + " (an outage: the same command may be tried again)");
        }
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        err.print(Secrets.without(trace.toString()));
        err.flush();
        return 1;
    }

    /** What the user can mend: a mistake that was found, or a damaged file of a table that Spark read. */
    private static Optional<String> mistake(Exception failure) {
        Optional<String> damage = Optional.empty();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError) {
                return Optional.of(cause.getMessage());
            }
            if (isDamage(cause)) {
                damage = cause.getMessage().lines().findFirst();
            }
        }
        return Store.outage(failure) == null
                ? damage.map(words -> "cannot read a table of the run: damaged: " + words
                        + " (delete the stage that holds it; its command makes it again)")
                : Optional.empty();
    }

    /** Parquet and Hadoop's checksums say it by these alone: a footer's failure is an IOException like any other. */
    private static boolean isDamage(Throwable cause) {
        var words = String.valueOf(cause.getMessage());
        return cause instanceof ChecksumException
                || cause instanceof ParquetRuntimeException
                || words.contains("is not a Parquet file")
                || words.startsWith("can not read class org.apache.parquet.");
    }

    /** What Spark hides on its pages and in its event log: what it does by itself or was told to, and all that we do. */
    private static String redacted(SparkConf submitted, Map<String, String> users) {
        return users.getOrDefault(
                        REDACTION,
                        submitted
                                .get(package$.MODULE$.SECRET_REDACTION_PATTERN())
                                .regex()) + "|" + Secrets.REGEX;
    }

    /** The user's, whether given here or to spark-submit, and ours. */
    private static String plugins(SparkSettings settings) {
        var users = settings.conf().getOrDefault(PLUGINS, new SparkConf().get(PLUGINS, ""));
        return users.isEmpty() ? ProcessEnd.class.getName() : users + "," + ProcessEnd.class.getName();
    }

    private static SparkSession session(SparkSettings settings) {
        var builder = SparkSession.builder().appName(settings.appName());
        var submitted = new SparkConf();
        settings.conf().forEach((key, value) -> {
            if (!key.endsWith(JAVA_OPTIONS) || !submitted.contains(key)) { // spark-submit has the user's beside ours
                builder.config(key, value);
            }
        });
        builder.config(REDACTION, redacted(submitted, settings.conf()));
        builder.config(PLUGINS, plugins(settings));
        var spark = builder.getOrCreate();
        spark.sparkContext().setLogLevel(settings.logLevel());
        return spark;
    }
}
