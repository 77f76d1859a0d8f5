package io.flowmap.app.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Request> requests = new ArrayList<>();

    private record Named(String name) implements Job {
        @Override
        public String summary() {
            return "does " + name;
        }

        @Override
        public Map<String, Class<? extends Record>> sections() {
            return name.equals("ingest") ? Map.of("ingest", Named.class) : Map.of();
        }

        @Override
        public Map<String, String> options() {
            return name.equals("lab probe") ? Map.of("--what", "run.dir") : Map.of();
        }

        @Override
        public void run(JobContext context) {}
    }

    @Test
    void optionsAndOverridesAreParsed() {
        assertThat(execute("ingest", "--config", "a.conf", "run.dir=/x y", "--master", "local[2]", "run.seed=3"))
                .isZero();
        assertThat(requests)
                .containsExactly(new Request(
                        "ingest",
                        Optional.of(Path.of("a.conf")),
                        List.of("run.dir=/x y", "run.seed=3"),
                        Optional.of("local[2]")));
    }

    @Test
    void demoHasItsOwnConfiguration() {
        execute("demo");
        execute("pipeline");
        execute("demo", "--config", "b.conf");
        execute("demo", "scenes", "run.seed=1");
        assertThat(requests)
                .extracting(Request::config)
                .containsExactly(
                        Optional.of(Path.of("/flowmap/conf/demo.conf")),
                        Optional.empty(),
                        Optional.of(Path.of("b.conf")),
                        Optional.of(Path.of("/flowmap/conf/demo-scenes.conf")));
        assertThat(requests.get(0).line()).isEqualTo("flowmap demo");
        assertThat(requests.get(3).line()).isEqualTo("flowmap demo scenes run.seed=1");
        assertThat(execute("demo", "shops")).isEqualTo(Commands.USER_ERROR);
    }

    @Test
    void commandsOfAGroupHaveTwoWordsAndTheirOwnOptions() {
        assertThat(execute("lab", "probe", "--what", "a b", "run.seed=3", "--config", "a.conf"))
                .isZero();
        assertThat(requests)
                .containsExactly(new Request(
                        "lab probe",
                        Optional.of(Path.of("a.conf")),
                        List.of("run.dir=a b", "run.seed=3"),
                        Optional.empty()));
    }

    @Test
    void aGroupWithoutCommandPrintsItsHelpAndIsAMistake() {
        assertThat(execute("lab")).isEqualTo(2);
        assertThat(out.toString()).contains("Usage: flowmap lab", "probe");
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"help", "--help", "-h", "help ingest", "ingest --help", "lab --help", "lab probe --help", "pipeline -h"
    })
    void helpIsPrintedAndNothingRuns(String arguments) {
        assertThat(execute(arguments.split(" "))).isZero();
        assertThat(out.toString()).contains("Usage: flowmap").doesNotContain("Optional");
        assertThat(err.toString()).isEmpty();
        assertThat(requests).isEmpty();
    }

    @Test
    void helpListsCommandsInTheOrderOfThePipeline() {
        execute("help");
        assertThat(out.toString())
                .containsSubsequence(
                        "ingest", "pretrain", "distill", "extra", "pipeline", "demo", "bench", "cluster", "help");
    }

    @Test
    void helpAndReadmeExplainTheExitCodesAlike() throws IOException {
        execute("help");
        assertThat(words(out.toString())).contains(Commands.EXIT_CODES);
        assertThat(words(Files.readString(Path.of("../README.md")))).contains(Commands.EXIT_CODES);
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "destill | cannot run destill: no such command, did you mean distill?",
                "paint | cannot run paint: no such command, expected one of ingest, pretrain, distill",
                "lab prob | cannot run prob: no such command, did you mean probe?",
                "ingest --bogus | Unknown option: '--bogus'",
                "ingest --config | Missing required parameter"
            })
    void mistakesAreOneLineAndExitCodeTwo(String arguments, String words) {
        assertThat(execute(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString()).startsWith("flowmap: ").contains(words);
        assertThat(err.toString().strip().lines()).hasSize(1);
        assertThat(requests).isEmpty();
    }

    @Test
    void withoutCommandTheFirstStepsArePrintedAsAMistake() {
        assertThat(execute()).isEqualTo(2);
        assertThat(out.toString().lines())
                .hasSizeBetween(3, 8)
                .allMatch(line -> line.length() <= 120)
                .anyMatch(line -> line.contains("flowmap demo"))
                .anyMatch(line -> line.contains("ingest.train=FOLDER"))
                .anyMatch(line -> line.contains("flowmap help"));
    }

    @Test
    void helpOfACommandListsItsSettingsWithDefaultsAndMeaning() {
        assertThat(execute("ingest", "--help")).isZero();
        assertThat(out.toString())
                .containsSubsequence(
                        "  ingest.train = null",
                        "      Sources of the training images",
                        "  ingest.codec.*",
                        "  ingest.codec.kind = none",
                        "  ingest.shapes.count = 20000",
                        "      Training images drawn for embedded:shapes, >= 1.",
                        "flowmap settings run");
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void everyLineOfEveryHelpFitsAHundredColumns() {
        for (var job : Stages.registered().jobs()) {
            var help = new SettingsHelp(Stages.registered()).of(job);
            assertThat(help.lines()).as(job.name()).allMatch(line -> line.length() <= 100);
            assertThat(help).as(job.name()).contains("Shared by many commands: flowmap settings run | spark");
        }
        assertThat(new SettingsHelp(Stages.registered()).of(Stages.registered().job("distill")))
                .contains("  distill.training.* = training.*\n", "  distill.teacher.interval.max = 1.0\n")
                .doesNotContain("distill.objective.*");
    }

    @Test
    void settingsPrintsThoseBelowAKeyAsHocon() {
        assertThat(execute("settings", "distill.time-pairs")).isZero();
        assertThat(out.toString())
                .isEqualTo(
                        """
                        # t - s = sigmoid(tau), tau ~ N(mean, deviation^2); AYF: -0.6, 1.6 (ImageNet-64), -0.8, 1.0
                        # (ImageNet-512).
                        distill.time-pairs {
                          mean = -0.6
                          deviation = 1.6
                        }
                        """);
    }

    @Test
    void settingsPrintsAllWithTheSharedOnesFirst() {
        assertThat(execute("settings")).isZero();
        assertThat(out.toString())
                .containsSubsequence("run {", "spark {", "training {", "network {", "ingest {", "evaluate {");
    }

    @Test
    void settingsOfAFileAreResolvedAndThoseThatDifferNameTheirDefault(@TempDir Path folder) throws IOException {
        var file = Files.writeString(
                folder.resolve("mine.conf"),
                """
                run.seed = 7
                training.steps = 50
                distill.time-pairs.mean = -0.8
                spark.conf { "spark.hadoop.fs.s3a.secret.key" = hush, spark.mine = a }
                """);
        assertThat(execute("settings", "--config", file.toString(), "distill.time-pairs"))
                .isZero();
        assertThat(out.toString())
                .isEqualTo(
                        """
                        # 1 of 2 settings differ from the defaults.
                        distill.time-pairs.deviation = 1.6
                        distill.time-pairs.mean = -0.8  # default: -0.6
                        """);
        assertThat(execute("settings", "--config", file.toString())).isZero();
        assertThat(out.toString())
                .containsSubsequence("run.seed = 7  # default: 0", "training.steps = 50", "distill.training.steps = 50")
                .contains("spark.mine\" = \"a\"  # no default", "secret.key\" = \"(secret)\"  # no default")
                .doesNotContain("hush");
        assertThat(execute("settings", "--config", file.toString(), "distill.tim"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("unknown setting distill.tim");
    }

    @Test
    void anUnknownSettingIsAMistakeThatNamesTheNearest() {
        assertThat(execute("settings", "distill.objectiv")).isEqualTo(2);
        assertThat(err.toString().strip())
                .isEqualTo("flowmap: unknown setting distill.objectiv: did you mean distill.objective?");
    }

    private int execute(String... arguments) {
        var stages = Stages.of(List.of(
                new Named("extra"),
                new Named("distill"),
                new Named("ingest"),
                new Named("pretrain"),
                new Named("lab probe")));
        return new Commands(
                        stages,
                        Path.of("/flowmap"),
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        request -> {
                            requests.add(request);
                            return 0;
                        })
                .execute(arguments);
    }
}
