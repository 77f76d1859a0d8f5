package io.flowmap.eval.prompt;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.data.SampleSchema;
import io.flowmap.eval.prompt.PromptRow.SetName;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleOrigin;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricProtocol;
import io.flowmap.eval.table.MetricProtocol.Reference;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.file.Sha256;
import io.flowmap.stage.StageOutput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Measures how well samples show their prompts, and real images their captions; collects the rows of three tables. */
public final class PromptEvaluation {
    private final SparkSession spark;
    private final PromptBootstrap bootstrap;
    private final List<MetricRow> rows = new ArrayList<>();
    private final List<PromptRow> prompts = new ArrayList<>();
    private final List<PromptPair> pairs = new ArrayList<>();

    public PromptEvaluation(SparkSession spark, PromptBootstrap bootstrap) {
        this.spark = spark;
        this.bootstrap = bootstrap;
    }

    /** A set that was measured; {@code origin} is null for real images. */
    private record Measured(String model, SampleOrigin origin) {
        SetName name() {
            return origin == null
                    ? new SetName(model, null, null)
                    : new SetName(model, origin.guidance(), origin.steps());
        }
    }

    /** Throws {@link UserError} unless every sample has a prompt that the measure can read, and images have a shape that it can. */
    public void check(PromptMeasure measure, List<SampleSet> sets, LatentShape shape) {
        try {
            measure.check(shape);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot measure " + measure.name() + ": " + e.getMessage(), e);
        }
        for (var set : sets) {
            for (var row :
                    set.rows(spark).select(SampleSchema.PROMPT).distinct().collectAsList()) {
                if (row.isNullAt(0)) {
                    throw new UserError("cannot measure " + measure.name() + " of " + set.name()
                            + ": expected samples with prompts, got some without"
                            + " (set generate.prompts.from to a file of prompts or to split:test, and generate again)");
                }
                check(measure, set.name() + ": prompt", row.getString(0));
            }
        }
    }

    /** Measures sets of samples, and compares each with each. */
    public void ofSamples(PromptMeasure measure, List<SampleSet> sets, LatentShape shape) {
        if (sets.isEmpty()) {
            return;
        }
        var images = sets.stream()
                .map(set -> ImageSources.prompted(spark, set, shape))
                .toList();
        var measured = sets.stream()
                .map(set -> new Measured(set.model(), set.origin()))
                .toList();
        var tallies = PromptTallies.of(images, measure);
        var scores = add(measure, measured, tallies);
        var differences = scores.differences(sets.size());
        for (int second = 0; second < sets.size(); second++) {
            for (int first = 0; first < second; first++) {
                var difference = differences.get(PromptTally.pair(first, second));
                if (difference.samples() > 0) {
                    pairs.add(PromptPair.of(
                            metric(measure, measure.values().get(0)),
                            measured.get(first).name(),
                            measured.get(second).name(),
                            difference));
                }
            }
        }
    }

    /** Measures the first images of a split for their captions; nothing if they have none. */
    public void ofReal(PromptMeasure measure, String split, LatentData data, long count) {
        var captions = ImageSources.captions(spark, data, count).distinct().na().drop();
        var told = captions.collectAsList();
        if (told.isEmpty()) {
            return;
        }
        told.forEach(row -> check(measure, split + " images: caption", row.getString(0)));
        var images = ImageSources.captioned(spark, data, count).filter(image -> image.prompt() != null);
        add(measure, List.of(new Measured(split, null)), PromptTallies.of(List.of(images), measure));
    }

    public List<MetricRow> rows() {
        return List.copyOf(rows);
    }

    /** Writes the tables of prompts and of pairs. */
    public void write(StageOutput output) {
        write(output, PromptRow.TABLE, prompts.stream().map(PromptRow::row).toList(), PromptRow.schema());
        write(output, PromptPair.TABLE, pairs.stream().map(PromptPair::row).toList(), PromptPair.schema());
    }

    private PromptScores add(PromptMeasure measure, List<Measured> sets, List<PromptTally> tallies) {
        var scores = new PromptScores(measure, tallies, bootstrap);
        var bySet = scores.scores(sets.size());
        for (int number = 0; number < sets.size(); number++) {
            var set = sets.get(number);
            var reference = prompts(tallies, number);
            bySet.get(number)
                    .forEach((name, score) -> rows.add(new MetricRow(
                            set.model(),
                            set.origin(),
                            score.value(),
                            score.interval(),
                            MetricProtocol.ofPrompts(
                                    metric(measure, name),
                                    score.samples(),
                                    reference,
                                    measure.network().orElse(null)))));
            for (var tally : tallies) {
                if (tally.sets().get(number).samples() > 0) {
                    prompts.add(PromptRow.of(
                            measure, tally.prompt(), set.name(), tally.sets().get(number)));
                }
            }
        }
        return scores;
    }

    /** The prompts of a set, with a hash over them in order. */
    private static Reference prompts(List<PromptTally> tallies, int set) {
        var prompts = tallies.stream()
                .filter(tally -> tally.sets().get(set).samples() > 0)
                .map(PromptTally::prompt)
                .toList();
        var hash = Sha256.of(prompts.stream()
                .map(prompt -> prompt + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8));
        return new Reference(Reference.PROMPTS, prompts.size(), hash);
    }

    private static String metric(PromptMeasure measure, String value) {
        return measure.name() + ":" + value;
    }

    private static void check(PromptMeasure measure, String whose, String prompt) {
        try {
            measure.group(prompt);
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    "cannot measure " + measure.name() + " of " + whose + " \"" + prompt + "\": " + e.getMessage(), e);
        }
    }

    private void write(StageOutput output, String table, List<Row> tableRows, StructType schema) {
        Dataset<Row> all = spark.createDataFrame(tableRows, schema);
        all.coalesce(1).write().mode(SaveMode.Overwrite).parquet(new Path(output.dir(), table).toString());
    }
}
