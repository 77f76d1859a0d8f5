package io.flowmap.app.launch;

import io.flowmap.app.lab.LabPage;
import io.flowmap.file.Store;
import io.flowmap.stage.CodeVersion;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import io.flowmap.stage.RunConfig;
import io.flowmap.stage.StageNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;

/** Runs a request in a new Spark session. */
public final class Application {
    private static final Set<String> REPORTING = Set.of("report", "pipeline", "demo");
    private static final String LAB = "lab ";
    private static final String STUDY = "study ";
    private static final String SWEEP = "sweep";
    private static final String INGEST = "ingest";
    static final String TERMINAL = "flowmap.terminal";

    private final Stages stages;
    private final Clock clock;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Interruption interruption;

    public Application(Stages stages, Clock clock, PrintWriter out, PrintWriter err) {
        this.stages = stages;
        this.clock = clock;
        this.out = out;
        this.err = err;
        this.interruption = new Interruption(err);
    }

    /** From now on, an interrupted command tells the user where it would continue. */
    public void answerSignals() {
        interruption.await();
    }

    /** Runs the request and returns the exit code. */
    public int run(Request request) {
        try {
            var settings = request.settings();
            var name = request.command() + " "
                    + settings.section("run", RunConfig.class).dir();
            var spark = Session.start(settings.section("spark", SparkConfig.class), name);
            spark.conf().set(JobContext.COMMAND, request.line());
            try {
                run(request, new JobContext(spark, settings, progress(spark.sparkContext()), clock));
            } finally {
                spark.stop();
            }
            return 0;
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            return interruption.happened() ? 1 : new Failure(e).tell(err);
        }
    }

    private void run(Request request, JobContext context) {
        var command = request.command();
        var start = clock.instant();
        var run = context.run();
        var facts = new TreeMap<String, Object>(
                Map.of("state", "started", "dir", run.dir(), "seed", run.seed(), "version", CodeVersion.current()));
        context.spark().sparkContext().uiWebUrl().foreach(address -> facts.put("spark-ui", address));
        context.progress().phase(command, facts);
        try {
            var jobs = stages.jobs(command, context);
            for (int i = 0; i < jobs.size(); i++) {
                context.progress().begin(jobs.get(i).name(), i + 1, jobs.size());
                jobs.get(i).run(context);
                if (jobs.get(i).name().equals(INGEST)) {
                    jobs.forEach(later -> later.requireData(context));
                }
                context.progress().goesOn("after " + jobs.get(i).name() + ", which is finished");
                tell(
                        request,
                        jobs.get(i).name(),
                        context,
                        jobs.size() == 1 ? Instant.MIN : start,
                        i + 1 == jobs.size());
            }
        } catch (RuntimeException e) {
            context.progress().phase(command, Map.of("state", interruption.happened() ? "interrupted" : "failed"));
            throw e;
        }
        var seconds = Duration.between(start, clock.instant()).toSeconds();
        context.progress().phase(command, Map.of("state", "finished", "seconds", seconds));
        if (REPORTING.contains(command)) {
            showReport(context, StageNames.REPORT);
        } else if (command.equals("dataset")) {
            showReport(context, StageNames.DATASET);
        } else if (command.startsWith(LAB) || command.startsWith(STUDY) || command.equals(SWEEP)) {
            showReport(context, command.replace(' ', '/'));
        }
    }

    private static void tell(Request request, String job, JobContext context, Instant since, boolean last) {
        var outcome = new Outcome(context, job, since);
        outcome.sentence().ifPresent(sentence -> {
            var facts = new LinkedHashMap<String, String>();
            facts.put(Progress.MADE, sentence);
            if (last) {
                outcome.next(request).ifPresent(next -> facts.put(Progress.NEXT, next));
            }
            context.progress().phase(job, facts);
        });
    }

    /** Prints the stage's table, if it has one, and the path of its page. */
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
        var shown = Boolean.getBoolean(TERMINAL) ? Progress.terminal(clock, err) : Progress.log(clock);
        return Progress.told(interruption.following(shown, spark), spark, clock);
    }
}
