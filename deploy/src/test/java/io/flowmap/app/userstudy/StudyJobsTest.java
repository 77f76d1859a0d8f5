package io.flowmap.app.userstudy;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.app.LocalMaster;
import io.flowmap.app.launch.Application;
import io.flowmap.app.launch.Request;
import io.flowmap.app.launch.Stages;
import io.flowmap.config.Json;
import io.flowmap.config.Settings;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.eval.preference.PreferenceResult;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import io.flowmap.stage.StageOutput;
import io.flowmap.tensor.CounterRandom;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalMaster.class)
class StudyJobsTest {
    private static final LatentShape SHAPE = new LatentShape(1, 8, 8);
    private static final String SETS = "study.make.sets=[{name=few,samples=\"\",model=student,guidance=1.5,steps=1},"
            + "{name=more,samples=\"\",model=student,guidance=1.5,steps=2},"
            + "{name=most,samples=\"\",model=student,guidance=1.5,steps=4}]";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aStudyIsMadeAnsweredAndReported() throws IOException {
        samples(folder, 5, 20, 1, 2, 4);
        var prompts = Files.write(folder.resolve("prompts.txt"), List.of("a red circle", "", "two cats"));
        var make = List.of(
                SETS,
                "study.make.prompts=" + prompts,
                "study.make.scenes=20",
                "study.make.participants=6",
                "study.make.questions=20",
                "study.make.checks=2",
                "study.make.repeats=3",
                "study.make.pages=true");
        assertThat(run("study make", make)).as(err::toString).isZero();
        var fileSystem = FileSystem.getLocal(new Configuration());
        var study = Plan.read(
                fileSystem,
                new org.apache.hadoop.fs.Path(folder.resolve("study/plan").toUri()));
        assertThat(study.plan().participants()).hasSize(6).allMatch(questions -> questions.size() == 25);
        assertThat(study.plan().prompts().subList(0, 3)).containsExactly("a red circle", "two cats", "a red circle");
        assertThat(folder.resolve("study/plan/pages/participant-6.html")).exists();
        for (int number = 0; number < study.plan().pictures().size(); number++) {
            assertThat(folder.resolve("study/plan/images/" + number + ".png")).exists();
        }

        assertThat(run("study report", List.of())).isEqualTo(2);
        assertThat(err.toString()).contains("expected answers as files *.jsonl");
        answer(study);
        assertThat(run("study report", List.of("study.report.resamples=200")))
                .as(err::toString)
                .isZero();
        assertThat(out.toString()).contains("| most", "strength", "study/report/report.html");
        var result = PreferenceResult.read(
                fileSystem,
                new org.apache.hadoop.fs.Path(folder.resolve("study/report").toUri()));
        assertThat(result.counted()).isEqualTo(5);
        assertThat(result.people().get(5).excluded()).startsWith("passed 0 % of the checks");
        assertThat(result.strengths().get(2).low())
                .isGreaterThan(result.strengths().get(0).high());
        assertThat(result.plan()).isEqualTo(study.hash());
        assertThat(Files.readString(folder.resolve("study/report/report.html")))
                .contains("Which is best", "Krippendorff", "passed 0 % of the checks", "<svg");
        assertThat(Files.readAllLines(folder.resolve("study/report/pairs.csv"))).hasSize(7);
        assertThat(Files.readAllLines(folder.resolve("study/report/participants.csv")))
                .hasSize(7);
        Files.writeString(folder.resolve("study/answers/answers-2.jsonl"), "{\"plan\": \"cut off");
        assertThat(run("study report", List.of("study.report.resamples=200")))
                .as(err::toString)
                .isZero();
        assertThat(Files.readString(folder.resolve("study/report/report.html")))
                .contains("1 of the lines in the files of answers end in the middle");
    }

    @Test
    void missingSetsAndTooFewSamplesAreRefused() {
        samples(folder, 5, 10, 1, 2, 4);
        assertThat(run("study make", List.of(SETS, "study.make.scenes=20", "study.make.questions=20")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("set few: expected samples 0 to 19 (study.make.scenes), got no sample 10");
        assertThat(run(
                        "study make",
                        List.of(SETS.replace("steps=4", "steps=8"), "study.make.scenes=5", "study.make.questions=12")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("set most: expected one of [student guidance=1.5 steps=1,");
    }

    @Test
    void setsOfOtherNoiseAreRefused() {
        samples(folder, 5, 10, 1, 2);
        samples(folder.resolve("other"), 6, 10, 4);
        var sets =
                SETS.replace("name=most,samples=\"\"", "name=most,samples=\"" + folder.resolve("other/samples") + "\"");
        assertThat(run("study make", List.of(sets, "study.make.scenes=10", "study.make.questions=12")))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("set most: expected samples from the same noise as set few (seed 5), got seed 6");
    }

    /** People prefer more steps in three of four questions, else the fewest; the last participant always chooses the second image. */
    private void answer(Plan.Stored study) throws IOException {
        var plan = study.plan();
        var lines = new ArrayList<String>();
        for (int participant = 1; participant <= 6; participant++) {
            var questions = plan.questions(participant);
            for (int i = 0; i < questions.size(); i++) {
                var question = questions.get(i);
                int best = 0;
                for (int position = 0; position < 2; position++) {
                    var one = plan.pictures().get(question.pictures().get(position));
                    var other = plan.pictures().get(question.pictures().get(1 - position));
                    boolean more = one.scrambled() != other.scrambled()
                            ? !one.scrambled()
                            : one.set() > other.set() == ((i + participant) % 4 != 0);
                    best = more ? position : best;
                }
                boolean check = plan.pictures().get(question.pictures().get(0)).set()
                        == plan.pictures().get(question.pictures().get(1)).set();
                int choice = participant < 6 ? best + 1 : check ? 2 - best : 2;
                lines.add(Json.mapper()
                        .writeValueAsString(new Answer(study.hash(), participant, i, choice, 1500 + 10 * i)));
            }
        }
        Files.createDirectories(folder.resolve("study/answers"));
        Files.write(folder.resolve("study/answers/answers-1.jsonl"), lines);
    }

    private static void samples(Path run, long seed, int count, int... steps) {
        try (var spark = SparkSession.builder().master("local[1]").getOrCreate()) {
            var context = new JobContext(
                    spark,
                    Settings.load(Optional.empty(), List.of("run.dir=" + run)),
                    Progress.log(Clock.systemUTC()),
                    Clock.systemUTC());
            var output = StageOutput.open(context, "samples", List.of(), List.of());
            for (int n : steps) {
                var rows = IntStream.range(0, count)
                        .mapToObj(i -> SampleSchema.row(new SampleRecord(i, i % 2, null, pixels(i, n), SHAPE, 1, 1)))
                        .toList();
                spark.createDataFrame(rows, SampleSchema.type())
                        .write()
                        .parquet(output.dir() + "/model=student/guidance=1.5/steps=" + n);
            }
            output.finish(Map.of("noise-seed", seed));
        }
    }

    private static byte[] pixels(int index, int steps) {
        var pixels = new byte[SHAPE.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) new CounterRandom(steps).below(256, index, i);
        }
        return pixels;
    }

    private int run(String command, List<String> settings) {
        var overrides = new ArrayList<>(settings);
        overrides.add("run.dir=" + folder);
        return new Application(
                        Stages.registered(), Clock.systemUTC(), new PrintWriter(out, true), new PrintWriter(err, true))
                .run(new Request(command, Optional.empty(), overrides, Optional.empty()));
    }
}
