package io.flowmap.app.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.config.UserError;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private record Doing(String name, Consumer<JobContext> action) implements Job {
        @Override
        public String summary() {
            return name;
        }

        @Override
        public void run(JobContext context) {
            action.accept(context);
        }
    }

    @BeforeEach
    void chooseMaster() {
        System.setProperty("spark.master", "local[1]");
        System.setProperty("spark.ui.enabled", "false");
    }

    @AfterEach
    void forgetMaster() {
        System.clearProperty("spark.master");
        System.clearProperty("spark.ui.enabled");
    }

    @Test
    void pipelineRunsStagesInOrderSkipsFinishedOnesAndPrintsTheReport() {
        var ran = new ArrayList<String>();
        var stages = Stages.of(List.of(
                new Doing("report", context -> writeReport(context, ran)), stage("ingest", ran), stage("extra", ran)));
        assertThat(run(stages, "pipeline")).isZero();
        assertThat(run(stages, "pipeline")).isZero();
        assertThat(ran).containsExactly("ingest", "report", "report");
        assertThat(out.toString().lines())
                .containsExactly(
                        folder.resolve("report/report.html").toString(),
                        folder.resolve("report/report.html").toString());
    }

    @Test
    void aStageReportsItsResultAndTheNextCommand() {
        System.setProperty(Application.TERMINAL, "true");
        try {
            var stages = Stages.of(List.of(ingest()));
            for (int run = 0; run < 2; run++) {
                assertThat(run(stages, "ingest")).isZero();
            }
            var line =
                    "ingest: 1,200 train and 60 test records of 10 classes, 3 left out (flowmap dataset says why) in "
                            + folder.resolve("data") + " (0:00); next: flowmap pretrain run.dir=" + folder;
            assertThat(err.toString().lines().filter(text -> text.endsWith(line)))
                    .hasSize(2);
        } finally {
            System.clearProperty(Application.TERMINAL);
        }
    }

    @Test
    void aPipelineCountsItsStagesAndOnlyTheLastNamesTheNextCommand() {
        System.setProperty(Application.TERMINAL, "true");
        try {
            var stages = Stages.of(List.of(ingest(), new Doing("report", context -> {
                var output = StageOutput.open(context, "report", List.of(), List.of());
                output.finish(Map.of());
            })));
            assertThat(run(stages, "pipeline")).isZero();
            assertThat(err.toString().lines())
                    .anyMatch(line -> line.contains("1/2 ingest: 1,200 train") && !line.contains("next:"))
                    .anyMatch(line -> line.contains("2/2 report: page to open in a browser: ")
                            && line.contains("; next: flowmap sweep "));
        } finally {
            System.clearProperty(Application.TERMINAL);
        }
    }

    private static Job ingest() {
        return new Doing("ingest", context -> {
            var output = StageOutput.open(context, "data", List.of(), List.of());
            if (!output.finished()) {
                output.finish(Map.of(
                        "classes",
                        10,
                        "records",
                        new TreeMap<>(Map.of(
                                "train", Map.of("kept", 1200, "filtered", 1, "quarantined", 2),
                                "test", Map.of("kept", 60, "filtered", 0, "quarantined", 0)))));
            }
        });
    }

    @Test
    void aUsersMistakeGivesOneLineAndExitCodeTwo() {
        assertThat(run("mistake", context -> {
                    throw new UserError("cannot read a: expected b, got c");
                }))
                .isEqualTo(2);
        assertThat(err.toString()).isEqualTo("flowmap: cannot read a: expected b, got c" + System.lineSeparator());
    }

    @Test
    void anUnwritableOutputGivesOneLineAndExitCodeTwo() throws IOException {
        Files.writeString(folder.resolve("file"), "");
        var request = new Request(
                "ingest", Optional.empty(), List.of("run.dir=" + folder.resolve("file/run")), Optional.empty());
        assertThat(application(Stages.of(List.of(stage("ingest", new ArrayList<>()))))
                        .run(request))
                .isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().startsWith("flowmap: cannot write into file:");
    }

    @Test
    void sparkRedactsSecrets() throws IOException {
        var file = Files.writeString(
                folder.resolve("mine.conf"),
                "spark.conf { \"spark.hadoop.fs.azure.account.key.x.blob.core.windows.net\" = hush,"
                        + " spark.store = \"hdfs://me:hush@host/\", spark.redaction.regex = mine, spark.mine = hush }");
        var shown = new ArrayList<String>();
        var stages = Stages.of(List.of(new Doing("any", context -> {
            var spark = context.spark().sparkContext();
            assertThat(spark.hadoopConfiguration().get("fs.azure.account.key.x.blob.core.windows.net"))
                    .isEqualTo("hush");
            shown.add(spark.conf().toDebugString());
        })));
        assertThat(application(stages).run(new Request("any", Optional.of(file), List.of(), Optional.empty())))
                .isZero();
        assertThat(shown)
                .singleElement()
                .asString()
                .contains("spark.store=", "spark.mine=")
                .doesNotContain("hush");
    }

    @Test
    void sparksPagesAreOnTheFirstFreePortAndTheApplicationHasTheNameOfItsRun() throws IOException {
        System.clearProperty("spark.ui.enabled");
        var shown = new ArrayList<String>();
        var stages = Stages.of(List.of(new Doing("any", context -> {
            var spark = context.spark().sparkContext();
            shown.add(spark.uiWebUrl().getOrElse(() -> "none").replaceFirst(".*:", ""));
            shown.add(spark.appName());
        })));
        try (var taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            assertThat(run(stages, "any", "spark.ui-port=" + port)).isZero();
            assertThat(Integer.parseInt(shown.get(0))).isBetween(port + 1, port + 31);
            assertThat(shown.get(1)).isEqualTo("flowmap any " + folder);
        }
        assertThat(run(stages, "any", "spark.ui-port=0")).isZero();
        assertThat(shown.get(2)).isEqualTo("none");
    }

    @Test
    void theDirectoryOfTheEventLogIsCreated() throws IOException {
        var stages = Stages.of(List.of(new Doing("any", context -> {})));
        var events = folder.resolve("new/events");
        assertThat(run(stages, "any", "spark.event-log=" + events)).isZero();
        try (var logs = Files.list(events)) {
            assertThat(logs).hasSize(1);
        }
        var file = Files.writeString(folder.resolve("file"), "");
        assertThat(run(stages, "any", "spark.event-log=" + file.resolve("events")))
                .isEqualTo(2);
        assertThat(err.toString())
                .startsWith("flowmap: cannot write the event log into spark.event-log " + file.resolve("events"));
    }

    @Test
    void theLockEndsWithTheApplication() throws IOException {
        var during = new ArrayList<Path>();
        assertThat(run("writing", context -> {
                    StageOutput.open(context, "writing", List.of(), List.of());
                    during.addAll(locks());
                    throw new IllegalStateException("broken");
                }))
                .isEqualTo(1);
        assertThat(during).hasSize(2);
        assertThat(locks()).isEmpty();
    }

    @Test
    void aUsersMistakeOnAnExecutorGivesOneLineAndExitCodeTwo() {
        assertThat(run("mistake", ApplicationTest::failInTask)).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("flowmap: cannot read block 7: expected d, got e" + System.lineSeparator());
    }

    @Test
    void anOutageGivesItsCauseTheStackTraceAndExitCodeOne() {
        assertThat(run("outage", context -> {
                    throw new UncheckedIOException("cannot read s3a://b/x", new IOException("503 slow down"));
                }))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith("flowmap: cannot read s3a://b/x: 503 slow down (an outage")
                .contains("\tat ");
    }

    @Test
    void aBugGivesAStackTraceAndExitCodeOne() {
        assertThat(run("bug", context -> {
                    throw new IllegalStateException("broken");
                }))
                .isEqualTo(1);
        assertThat(err.toString()).contains("IllegalStateException: broken").contains("\tat ");
    }

    @Test
    void wrongSettingIsFoundWithoutASession() {
        System.setProperty("spark.master", "nonsense");
        var request = new Request("any", Optional.empty(), List.of("spark.log-level=LOUD"), Optional.empty());
        assertThat(application(Stages.of(List.of())).run(request)).isEqualTo(2);
        assertThat(err.toString()).contains("LOUD");
    }

    private static void failInTask(JobContext context) {
        JavaSparkContext.fromSparkContext(context.spark().sparkContext())
                .parallelize(List.of(1))
                .foreach(number -> {
                    throw new UserError("cannot read block 7: expected d, got e");
                });
    }

    private static Job stage(String name, List<String> ran) {
        return new Doing(name, context -> {
            var output = StageOutput.open(context, name, List.of(), List.of());
            if (!output.finished()) {
                ran.add(name);
                output.finish(Map.of());
            }
        });
    }

    private static void writeReport(JobContext context, List<String> ran) {
        ran.add("report");
        var dir = context.stage("report");
        try (var file = dir.getFileSystem(context.hadoop()).create(new org.apache.hadoop.fs.Path(dir, "report.html"))) {
            file.writeBytes("<p>");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> locks() {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".lock-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(String name, Consumer<JobContext> action) {
        return run(Stages.of(List.of(new Doing(name, action))), name);
    }

    private int run(Stages stages, String command) {
        return application(stages)
                .run(new Request(command, Optional.empty(), List.of("run.dir=" + folder), Optional.empty()));
    }

    private int run(Stages stages, String command, String setting) {
        var settings = List.of("run.dir=" + folder, setting);
        return application(stages).run(new Request(command, Optional.empty(), settings, Optional.empty()));
    }

    private Application application(Stages stages) {
        return new Application(stages, Clock.systemUTC(), new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
