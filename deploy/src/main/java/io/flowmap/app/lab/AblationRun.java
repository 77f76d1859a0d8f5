package io.flowmap.app.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.adversarial.FinetuneJob;
import io.flowmap.data.LiteralPath;
import io.flowmap.distill.DistillJob;
import io.flowmap.distill.sample.GenerateJob;
import io.flowmap.eval.EvaluateJob;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.file.Store;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * One run of an ablation. It has the stages flowmap, samples and metrics (or finetuned instead of flowmap) in its own directory, and
 * shares data, teacher and classifier with the other runs (and the flow map, if it finetunes).
 *
 * @param name label in the table
 * @param context context with the run's own settings
 */
record AblationRun(String name, JobContext context) {
    private static final String BUDGET = "budget";
    private static final String FINETUNES = "finetune.in-pipeline";
    private static final String STUDENT = "student";

    /** @param shared the run whose stages are shared */
    static AblationRun of(JobContext shared, AblationConfig.Run run) {
        var overrides = new ArrayList<>(run.settings());
        var own = shared.with(run.settings()).settings();
        var teacher = own.tree("distill.teacher.stage").asText();
        overrides.add("run.dir=" + shared.stage("ablation/" + run.directory()));
        for (var stage : List.of(StageNames.DATA, StageNames.CLASSIFIER, teacher)) {
            overrides.add("run.stages." + stage + "=" + shared.stage(stage));
        }
        if (own.tree(FINETUNES).asBoolean()) {
            overrides.add("run.stages." + StageNames.FLOW_MAP + "=" + shared.stage(StageNames.FLOW_MAP));
            overrides.add("generate.student-stage=" + StageNames.FINETUNED);
        }
        return new AblationRun(run.name(), shared.with(overrides));
    }

    /** Whether the run finetunes the shared flow map; if not, it trains its own. */
    boolean finetunes() {
        return trains() && setting(FINETUNES).asBoolean();
    }

    /** Whether a flow map is trained; if not, the teacher is sampled. */
    boolean trains() {
        return StreamSupport.stream(setting("generate.models").spliterator(), false)
                .anyMatch(model -> model.asText().equals(STUDENT));
    }

    /** The model whose distances are shown: the flow map, if it is sampled at all. */
    String model() {
        return trains() ? STUDENT : "teacher";
    }

    /**
     * Computes and stores how many steps fit into the given seconds, from the fastest of some rounds, which is least disturbed by other
     * load.
     */
    void measure(double seconds, int rounds) {
        new Stage(BUDGET, List.of("distill", "lab.ablation"), List.of(StageInput.stage(context, StageNames.DATA)))
                .make(context.with(List.of("lab.ablation.runs=[]")), output -> budget(seconds, rounds));
    }

    private Budget budget(double seconds, int rounds) {
        int localSteps = setting("distill.training.local-steps").asInt();
        var trial = context.with(List.of(
                "run.dir=" + context.stage("trial"),
                "run.overwrite=true",
                "distill.training.steps=" + rounds * localSteps,
                "distill.training.learning-rate.warmup-steps=0",
                "distill.training.snapshot-every=0",
                "distill.objective.warmup-steps=1"));
        new DistillJob().run(trial);
        double millis = rounds(trial).agg(functions.min("round_millis")).first().getDouble(0) / localSteps;
        delete(context.stage("trial"));
        return new Budget(millis, Math.max(1, Math.round(1000 * seconds / millis)));
    }

    /** Trains (for the measured number of steps, if measured), samples and evaluates; finished stages are skipped. */
    void complete() {
        if (finetunes()) {
            new FinetuneJob().run(context);
        } else if (trains()) {
            new DistillJob().run(context.finished(BUDGET) ? budgeted() : context);
        }
        new GenerateJob().run(context);
        new EvaluateJob().run(context);
    }

    /** The tangent's warmup keeps its share of the steps. */
    private JobContext budgeted() {
        long steps = Manifest.read(fileSystem(), context.stage(BUDGET))
                .facts()
                .path("steps")
                .asLong();
        double share = setting("distill.objective.warmup-steps").asDouble()
                / setting("distill.training.steps").asDouble();
        return context.with(List.of(
                "distill.training.steps=" + steps,
                "distill.objective.warmup-steps=" + Math.min(steps / 4, Math.round(share * steps))));
    }

    /** Rows of the training's table; empty if the run does not train. */
    Training training() {
        if (!trains()) {
            return new Training(0, 0);
        }
        var row = rounds(context)
                .agg(functions.max("step"), functions.min("step"), functions.sum("round_millis"))
                .first();
        long before = finetunes()
                ? row.getLong(1) - setting("finetune.training.local-steps").asLong()
                : 0;
        return new Training(row.getLong(0) - before, row.getDouble(2) / 60_000);
    }

    /** Frechet distances of whole sets in the run's own features, for its model's samples and for real images. */
    List<MetricRow> distances() {
        var table =
                context.spark().read().parquet(LiteralPath.of(new Path(context.stage(StageNames.METRICS), "table")));
        return MetricRow.read(table).stream()
                .filter(row -> row.metric().startsWith(MetricRow.FRECHET) && row.isOfAll())
                .filter(row -> row.guidance() == null || row.model().equals(model()))
                .toList();
    }

    /** Measured milliseconds per step, and the number of steps that fit. */
    private record Budget(double milliseconds, long steps) {}

    /** Steps and time of a training. */
    record Training(long steps, double minutes) {}

    private Dataset<Row> rounds(JobContext run) {
        var stage = finetunes() ? StageNames.FINETUNED : StageNames.FLOW_MAP;
        return run.spark().read().parquet(LiteralPath.of(new Path(run.stage(stage), "training")));
    }

    private JsonNode setting(String path) {
        return context.settings().tree(path);
    }

    private FileSystem fileSystem() {
        return Store.of(context.hadoop(), context.stage(BUDGET));
    }

    private void delete(Path dir) {
        try {
            fileSystem().delete(dir, true);
        } catch (IOException e) {
            throw Store.failure("cannot delete " + dir, e);
        }
    }
}
