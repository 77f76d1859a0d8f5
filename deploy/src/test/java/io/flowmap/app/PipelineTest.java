package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.eval.table.MetricRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The registered jobs on drawn shapes, with the smallest possible networks and trainings. */
@ExtendWith(LocalMaster.class)
class PipelineTest {
    private static final List<String> STAGES = List.of("data", "teacher", "flowmap", "samples", "metrics", "report");

    @TempDir
    static Path folder;

    private final StringWriter err = new StringWriter();

    @Test
    void everyStageIsWrittenOnceAndIsReproducibleToTheBit() throws IOException {
        assertThat(run("pipeline", "one")).as(err::toString).isZero();
        for (var stage : STAGES) {
            assertThat(folder.resolve("one").resolve(stage).resolve("manifest.json"))
                    .exists();
        }
        var flowMap = manifest("one", "flowmap");
        assertThat(run("pipeline", "one")).isZero();
        assertThat(manifest("one", "flowmap")).isEqualTo(flowMap);
        for (var command : List.of("ingest", "pretrain", "distill")) {
            assertThat(run(command, "two")).isZero();
        }
        assertThat(manifest("two", "flowmap").at("/facts/hashes")).isEqualTo(flowMap.at("/facts/hashes"));
        refusesWhatDiffers();
        refusesDamagedTables();
        toppedUpSamplesAreThoseOfADirectRun();
    }

    @Test
    void aPipelineThatCannotMeasureSamplesEndsBeforeTraining() {
        assertThat(run("pipeline", "blind", "ingest.test=null")).isEqualTo(2);
        assertThat(err.toString())
                .contains("cannot compare samples with the split test of", "evaluate.reference-split");
        assertThat(folder.resolve("blind/data/manifest.json")).exists();
        assertThat(folder.resolve("blind/teacher")).doesNotExist();
    }

    @Test
    void runsOfAnAblationShareDataAndTeacherAndGoOnWhereTheyStopped() throws IOException {
        var runs = "lab.ablation.runs=[{ name = AYF-EMD, settings = [] },"
                + " { name = sCD, settings = [\"distill.objective.type=scd\"] },"
                + " { name = the teacher, settings = [\"generate.models=[teacher]\"] }]";
        var fast = "distill.training.learning-rate.peak=0.05";
        assertThat(run("lab ablation", "study", runs, fast)).as(err::toString).isZero();
        assertThat(run("distill", "study", fast)).isZero();
        var distances = manifest("study", "lab/ablation").at("/facts/distances");
        assertThat(distances).hasSize(3);
        assertThat(distances.at("/AYF-EMD λ=2.0")).isNotEqualTo(distances.at("/the teacher λ=2.0"));
        var own = manifest("study", "ablation/ayf-emd/flowmap");
        assertThat(own.at("/facts/hashes"))
                .isEqualTo(manifest("study", "flowmap").at("/facts/hashes"));
        assertThat(own.at("/inputs")).isEqualTo(manifest("study", "flowmap").at("/inputs"));
        assertThat(folder.resolve("study/ablation/the-teacher/flowmap")).doesNotExist();
        assertThat(folder.resolve("study/lab/ablation/table.md"))
                .content()
                .contains("AYF-EMD", "sCD", "the teacher", "ImageNet-512");
        assertThat(run("lab ablation", "study", runs, fast)).isZero();
        assertThat(manifest("study", "ablation/ayf-emd/flowmap")).isEqualTo(own);
    }

    @Test
    void finetuningIsAStageOfThePipelineAndARowOfAnAblationIfEnabled() throws IOException {
        var finetuned = new String[] {
            "finetune.in-pipeline=true",
            "generate.student-stage=finetuned",
            "finetune.training.steps=4",
            "finetune.discriminator.channel-base=128",
            "finetune.discriminator.channel-max=8",
            "finetune.watch.samples=20"
        };
        assertThat(run("pipeline", "sharp", taught(finetuned)))
                .as(err::toString)
                .isZero();
        assertThat(manifest("sharp", "samples").at("/inputs").toString()).contains("finetuned");
        assertThat(folder.resolve("sharp/report/report.html"))
                .content()
                .contains("Adversarial finetuning of the flow map", "Gap of the logits", "Recall at one step");
        var runs = "lab.ablation.runs=[{ name = before, settings = [\"run.stages.flowmap="
                + folder.resolve("sharp/flowmap")
                + "\"] }, { name = emd, settings = [\"finetune.in-pipeline=true\", \"finetune.coefficient=0\"] }]";
        var more = Arrays.copyOf(finetuned, finetuned.length + 1);
        more[0] = "finetune.in-pipeline=false";
        more[1] = "generate.student-stage=flowmap";
        more[finetuned.length] = runs;
        assertThat(run("lab ablation", "sharp", taught(more))).as(err::toString).isZero();
        assertThat(manifest("sharp", "ablation/emd/finetuned")
                        .at("/facts/steps")
                        .asLong())
                .isEqualTo(12);
        assertThat(folder.resolve("sharp/ablation/before/flowmap")).doesNotExist();
    }

    @Test
    void aDivergedRunIsReportedAndTheOthersContinue() throws IOException {
        var runs = "lab.ablation.runs=[{ name = wild, settings = [\"distill.training.learning-rate.peak=1e30\"] },"
                + " { name = tame, settings = [] }]";
        assertThat(run("lab ablation", "wild", taught(runs))).as(err::toString).isZero();
        var facts = manifest("wild", "lab/ablation").at("/facts");
        assertThat(facts.at("/diverged/wild").asText()).contains("cannot go on training at step");
        assertThat(facts.at("/distances").size()).isEqualTo(1);
        assertThat(folder.resolve("wild/lab/ablation/table.md")).content().contains("wild diverged: cannot go on");
        assertThat(run("lab ablation", "lost", taught(runs.replaceAll(", \\{ name = tame.*", "]"))))
                .isEqualTo(2);
        assertThat(err.toString()).contains("cannot compare runs: all diverged: {wild=");
    }

    @Test
    void anAblationAtEqualTimeKeepsTheStepsThatItMeasured() throws IOException {
        var runs = "lab.ablation.runs=[{ name = a, settings = [] }]";
        var timed = taught(runs, "lab.ablation.seconds=0.5", "lab.ablation.trial-rounds=3");
        assertThat(run("lab ablation", "timed", timed)).as(err::toString).isZero();
        var budget = manifest("timed", "ablation/a/budget").at("/facts");
        assertThat(budget.path("steps").asLong())
                .isEqualTo(Math.round(500 / budget.path("milliseconds").asDouble()));
        assertThat(manifest("timed", "ablation/a/flowmap").at("/config/distill/training/steps"))
                .isEqualTo(budget.path("steps"));
        assertThat(folder.resolve("timed/ablation/a/trial")).doesNotExist();
        assertThat(run("lab ablation", "timed", timed)).isZero();
        assertThat(run("lab ablation", "timed", "lab.ablation.runs=[]")).isEqualTo(2);
        assertThat(err.toString()).contains("lab.ablation: expected runs, each { name");
    }

    /** An untrained student equals the teacher at guidance 1: no error at s = t, and nothing of guidance 2 learned. */
    @Test
    void anUntrainedFlowMapIsTheUnguidedTeacherAtEqualTimesOnly() throws IOException {
        assertThat(run("distill", "still", taught("distill.training.learning-rate.peak=1e-12")))
                .isZero();
        assertThat(run(
                        "lab trajectory",
                        "still",
                        taught("lab.trajectory.guidance=[1, 2]", "lab.trajectory.samples=8", "lab.trajectory.steps=8")))
                .as(err::toString)
                .isZero();
        for (var reading : manifest("still", "lab/trajectory").at("/facts/readings")) {
            double error =
                    reading.path("error").asDouble() / reading.path("field").asDouble();
            boolean plain = reading.path("guidance").asDouble() == 1;
            if (plain && reading.path("t").equals(reading.path("s"))) {
                assertThat(error).as(reading.toString()).isLessThan(1e-5);
            } else if (plain) {
                assertThat(error).as(reading.toString()).isGreaterThan(1e-3);
            } else if (reading.path("t").equals(reading.path("s"))) {
                assertThat(reading.path("effect").asDouble()).isGreaterThan(0);
                assertThat(reading.path("learned").asDouble()).isBetween(-0.01, 0.01);
            }
        }
        assertThat(folder.resolve("still/lab/trajectory/table.md")).content().contains("lambda=2.0", "0.8 to 0.8");
        assertThat(run("lab trajectory", "still", taught("lab.trajectory.intervals=[[0, 1]]")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("expected 0 <= s <= t <= 1, got t = 0.0, s = 1.0");
    }

    @Test
    void aSweepGivesTheDistancesOfAnEvaluationAndEndsHopelessCases() throws IOException {
        for (var command : List.of("distill", "generate", "evaluate")) {
            assertThat(run(
                            command,
                            "swept",
                            taught("distill.training.snapshot-every=2", "distill.training.learning-rate.peak=0.05")))
                    .as(err::toString)
                    .isZero();
        }
        var few = taught(
                "sweep.guidance=[2.0]",
                "sweep.steps=[1, 2]",
                "sweep.samples=30",
                "sweep.batch=10",
                "sweep.gamma=[0, 1]");
        assertThat(run("sweep", "swept", few)).as(err::toString).isZero();
        assertThat(manifest("swept", "sweep").at("/facts/cases").asInt()).isEqualTo(3);
        var cells = cells("swept");
        assertThat(cells).hasSize(1 + 3);
        for (var row : cells.subList(1, 3)) {
            assertThat(Double.parseDouble(row[6])).isEqualTo(evaluated("swept", Integer.parseInt(row[4])));
            assertThat(Double.parseDouble(row[9])).isPositive();
        }
        assertThat(Double.parseDouble(cells.get(2)[9])).isEqualTo(2 * Double.parseDouble(cells.get(1)[9]));
        prunes();
        variesStagesAndVectors();
    }

    /** Two stages, an average at the end and at a step, two weights: each is a separate case, and cases of equal networks are equal. */
    private void variesStagesAndVectors() throws IOException {
        var settings = new ArrayList<String>();
        for (var stage : List.of("classifier", "flowmap")) {
            settings.add("run.stages." + stage + "=" + folder.resolve("swept").resolve(stage));
        }
        settings.add("run.stages.again=" + folder.resolve("swept/flowmap"));
        settings.addAll(List.of(
                "sweep.stages=[flowmap, again]",
                "sweep.averages=[\"ema-0.1\", \"ema-0.1@4\"]",
                "sweep.guidance=[1.0, 2.0]",
                "sweep.gamma=[0]",
                "sweep.steps=[2]",
                "sweep.samples=30",
                "sweep.batch=10"));
        assertThat(run("sweep", "varied", taught(settings.toArray(String[]::new))))
                .as(err::toString)
                .isZero();
        var cells = cells("varied");
        assertThat(cells).hasSize(1 + 8);
        var distances = cells.stream()
                .skip(1)
                .collect(Collectors.toMap(
                        row -> String.join(" ", row[0], row[1], row[2]), row -> Double.parseDouble(row[6])));
        assertThat(distances).hasSize(8);
        assertThat(distances.values().stream().distinct()).hasSize(4);
        assertThat(distances.get("again ema-0.1@4 1.0")).isEqualTo(distances.get("flowmap ema-0.1@4 1.0"));
        assertThat(manifest("varied", "sweep").at("/facts/best")).hasSize(4);
    }

    /** Of two cases, keep = 1 lets only the better one continue. */
    private void prunes() throws IOException {
        var shared = new ArrayList<String>();
        for (var stage : List.of("classifier", "flowmap")) {
            shared.add("run.stages." + stage + "=" + folder.resolve("swept").resolve(stage));
        }
        shared.addAll(List.of(
                "sweep.guidance=[2.0]", "sweep.gamma=[0, 1]", "sweep.samples=1100", "sweep.steps=[2]", "sweep.keep=1"));
        assertThat(run("sweep", "pruned", taught(shared.toArray(String[]::new))))
                .as(err::toString)
                .isZero();
        var cells = cells("pruned");
        assertThat(cells).hasSize(1 + 2);
        var ended = cells.stream().skip(1).filter(row -> row[7].equals("true")).toList();
        assertThat(ended).hasSize(1);
        assertThat(ended.get(0)[13]).isEqualTo("1024");
        assertThat(manifest("pruned", "sweep").at("/facts/best")).hasSize(1);
        assertThat(folder.resolve("pruned/sweep/table.md"))
                .content()
                .contains("ended after 1024 samples", "AYF Table 3");
        assertThat(Files.readAllLines(folder.resolve("pruned/sweep/best.csv"))).hasSize(1 + 1);
    }

    /** Cells of a sweep's table; no cell contains a comma. */
    private List<String[]> cells(String dir) throws IOException {
        return Files.readAllLines(folder.resolve(dir).resolve("sweep/table.csv")).stream()
                .map(line -> line.split(",", -1))
                .toList();
    }

    private double evaluated(String dir, int steps) {
        try (var spark = SparkSession.builder().appName("test").getOrCreate()) {
            return MetricRow.read(spark.read()
                            .parquet(
                                    folder.resolve(dir).resolve("metrics/table").toString()))
                    .stream()
                    .filter(row -> row.model().equals("student") && row.steps() == steps)
                    .filter(row -> row.metric().startsWith(MetricRow.FRECHET))
                    .findFirst()
                    .orElseThrow()
                    .value();
        }
    }

    private void toppedUpSamplesAreThoseOfADirectRun() throws IOException {
        var shared = new ArrayList<String>(List.of("generate.samples=45"));
        for (var stage : List.of("data", "teacher", "flowmap")) {
            shared.add("run.stages." + stage + "=" + folder.resolve("one").resolve(stage));
        }
        System.setProperty("flowmap.terminal", "true");
        try {
            assertThat(run("generate", "direct", shared.toArray(String[]::new))).isZero();
        } finally {
            System.clearProperty("flowmap.terminal");
        }
        assertThat(err.toString())
                .contains("45 samples each of ")
                .contains("; 4 pictures named MODEL-GUIDANCE-STEPS.png in " + folder.resolve("direct/samples/grids")
                        + ", columns: disc, ");
        shared.add("generate.top-up=" + folder.resolve("one/samples"));
        assertThat(run("generate", "more", shared.toArray(String[]::new)))
                .as(err::toString)
                .isZero();
        assertThat(manifest("more", "samples").at("/facts/taken-over").asInt()).isEqualTo(30);
        assertThat(images("more")).hasSize(45 * 2 * 2).isEqualTo(images("direct"));
        shared.add("generate.gamma=[0.5]");
        assertThat(run("generate", "other", shared.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains("cannot go on from", "generate.gamma is [0.5] now and was [0");
        assertThat(run(
                        "generate",
                        "fewer",
                        "generate.samples=20",
                        shared.get(1),
                        shared.get(2),
                        shared.get(3),
                        shared.get(4)))
                .isEqualTo(2);
        assertThat(err.toString()).contains("expected fewer samples than generate.samples = 20, got 30");
    }

    /** A table that Spark reads, cut, overwritten or empty, is reported by name as the user's mistake, like any other damaged file. */
    private void refusesDamagedTables() throws IOException {
        var shared = new ArrayList<String>();
        for (var stage : List.of("data", "teacher", "flowmap", "classifier")) {
            shared.add("run.stages." + stage + "=" + folder.resolve("one").resolve(stage));
        }
        Path part;
        try (var files = Files.walk(folder.resolve("one/samples"))) {
            part = files.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        var whole = Files.readAllBytes(part);
        var checksum = part.resolveSibling("." + part.getFileName() + ".crc");
        var sum = Files.readAllBytes(checksum);
        var flipped = whole.clone();
        for (int i = whole.length / 4; i < whole.length / 2; i++) {
            flipped[i] ^= 0x55;
        }
        for (var damaged : List.of(Arrays.copyOf(whole, whole.length / 2), new byte[whole.length], flipped)) {
            for (boolean checked : new boolean[] {true, false}) {
                Files.write(part, damaged);
                if (!checked) {
                    Files.deleteIfExists(checksum);
                }
                var arguments = new ArrayList<>(shared);
                arguments.add("run.stages.samples=" + folder.resolve("one/samples"));
                assertThat(run("evaluate", "damaged", arguments.toArray(String[]::new)))
                        .as(err::toString)
                        .isEqualTo(2);
                var last =
                        err.toString().lines().reduce((earlier, later) -> later).orElse("");
                assertThat(last)
                        .startsWith("flowmap: cannot read a table of the run: it is damaged: ")
                        .contains(
                                checked || damaged != flipped
                                        ? part.getFileName().toString()
                                        : "org.apache.parquet");
            }
            Files.write(checksum, sum);
        }
        Files.write(part, whole);
    }

    /** All columns of the samples except their times. */
    private List<String> images(String dir) {
        var samples = folder.resolve(dir).resolve("samples").toString();
        try (var spark = SparkSession.builder().appName("test").getOrCreate()) {
            return spark
                    .read()
                    .option("basePath", samples)
                    .parquet(samples + "/model=*")
                    .selectExpr("model", "guidance", "steps", "index", "label", "hex(image)")
                    .collectAsList()
                    .stream()
                    .map(Object::toString)
                    .sorted()
                    .toList();
        }
    }

    private void refusesWhatDiffers() {
        assertThat(run("distill", "one", "distill.guidance.max=2")).isEqualTo(2);
        assertThat(err.toString()).contains("distill.guidance.max is 2 now and was 3 in the earlier run");
        assertThat(run("distill", "one", "distill.training.guard.window=9")).isZero();
        assertThat(run("generate", "two", "generate.student-average=ema-0.3")).isEqualTo(2);
        assertThat(err.toString()).contains("ema-0.3");
        assertThat(folder.resolve("two/samples/manifest.json")).doesNotExist();
        refusesImagesOfAnotherSize();
        assertThat(run(
                        "pretrain",
                        "three",
                        "run.stages.data=" + folder.resolve("one/data"),
                        "pretrain.main.network.edm2.attn-resolutions=[7]"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("pretrain.main.network: expected attn-resolutions among");
    }

    /** A network of any size draws at another one only where a split is named for it, and where its levels allow it. */
    private void refusesImagesOfAnotherSize() {
        assertThat(run("ingest", "small", "ingest.resolution=9")).isZero();
        var networks = new ArrayList<>(List.of(
                "run.stages.teacher=" + folder.resolve("two/teacher"),
                "run.stages.flowmap=" + folder.resolve("two/flowmap")));
        assertThat(run("generate", "small", networks.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains("expected data of LatentShape[channels=1, height=16, width=16]");
        networks.add("generate.split=train");
        assertThat(run("generate", "small", networks.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains("cannot draw samples like those of split train");
        assertThat(folder.resolve("small/samples/manifest.json")).doesNotExist();
    }

    /** Settings with the data and teacher of one run, which is made by the first test that needs it. */
    private String[] taught(String... settings) {
        var base = folder.resolve("base");
        if (!Files.exists(base.resolve("teacher/manifest.json"))) {
            for (var command : List.of("ingest", "pretrain")) {
                assertThat(run(command, "base")).as(err::toString).isZero();
            }
        }
        var all = new ArrayList<>(List.of(settings));
        for (var stage : List.of("data", "teacher")) {
            all.add("run.stages." + stage + "=" + base.resolve(stage));
        }
        return all.toArray(String[]::new);
    }

    private int run(String command, String dir, String... more) {
        return TinyRun.run(command, folder.resolve(dir), new PrintWriter(err, true), more);
    }

    private JsonNode manifest(String dir, String stage) throws IOException {
        return Json.mapper()
                .readTree(Files.readString(folder.resolve(dir).resolve(stage).resolve("manifest.json")));
    }
}
