package io.flowmap.eval.report;

import static org.apache.spark.sql.functions.col;

import io.flowmap.data.LatentShape;
import io.flowmap.data.LiteralPath;
import io.flowmap.data.SampleRecord;
import io.flowmap.data.SampleSchema;
import io.flowmap.eval.prompt.PromptPair;
import io.flowmap.eval.prompt.PromptRow;
import io.flowmap.eval.prompt.PromptRow.SetName;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import io.flowmap.page.PngImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** How well the samples show their prompts: scores of every set, paired comparisons of both models, pictures of the worst and best prompts. */
final class PromptSection {
    private static final int PROMPTS_SHOWN = 8;
    private static final int SAMPLES_SHOWN = 8;
    private static final int SCALE = 2;

    private final SparkSession spark;
    private final MetricTable table;
    private final List<PromptRow> prompts;
    private final List<PromptPair> pairs;

    private PromptSection(SparkSession spark, MetricTable table, List<PromptRow> prompts, List<PromptPair> pairs) {
        this.spark = spark;
        this.table = table;
        this.prompts = prompts;
        this.pairs = pairs;
    }

    /** @param metrics directory of the metrics, where protocols for prompts have been measured */
    static PromptSection read(SparkSession spark, MetricTable table, Path metrics) {
        return new PromptSection(
                spark,
                table,
                PromptRow.read(spark.read().parquet(LiteralPath.of(new Path(metrics, PromptRow.TABLE)))),
                PromptPair.read(spark.read().parquet(LiteralPath.of(new Path(metrics, PromptPair.TABLE)))));
    }

    /** What the numbers are. */
    String explanation() {
        var protocol = table.protocol(table.ofPrompts().get(0));
        return String.format(
                Locale.ROOT,
                "How well samples show what their prompts ask for: %,d samples of each set, %,d different prompts (SHA-256 %.12s)."
                        + " Intervals are from resampling the prompts, each with all its samples.",
                protocol.samples(),
                protocol.reference().samples(),
                protocol.reference().hash());
    }

    String html(List<SampleSet> sets, LatentShape shape) {
        return protocols().map(this::scores).collect(Collectors.joining())
                + differences()
                + protocols().map(protocol -> pictures(protocol, sets, shape)).collect(Collectors.joining());
    }

    private Stream<String> protocols() {
        return prompts.stream().map(PromptRow::protocol).distinct();
    }

    /** Metrics of a protocol, that of its first value first. */
    private List<String> metrics(String protocol) {
        return table.ofPrompts().stream()
                .filter(metric -> metric.startsWith(protocol + ":"))
                .toList();
    }

    private String scores(String protocol) {
        var metrics = metrics(protocol);
        var head = new ArrayList<>(List.of("images of", "guidance", "steps"));
        metrics.forEach(metric -> head.add(metric.substring(protocol.length() + 1) + " ↑"));
        var rows = MetricSection.rows(
                table,
                head,
                (model, weight, steps) -> row(MetricSection.set(model, weight, steps), model, weight, steps, metrics));
        prompts.stream()
                .filter(row -> row.protocol().equals(protocol) && row.set().steps() == null)
                .map(row -> row.set().model())
                .findFirst()
                .ifPresent(split -> rows.add(
                        row(new ArrayList<>(List.of("real images, captions", "", "")), split, null, null, metrics)));
        return "<h3>" + Html.text(protocol) + "</h3>" + Html.table(told(metrics.get(0)), rows, 1);
    }

    private String told(String metric) {
        var network = table.protocol(metric).network();
        return network == null
                ? "Shares of samples that show all that their prompts ask for, and each skill where it is asked for, at most 1."
                        + " A skill counts only where the number of objects is right."
                : String.format(
                        Locale.ROOT,
                        "Means over samples of what %s (SHA-256 %.12s) says. Images and texts: %s.",
                        network.name(),
                        network.hash(),
                        network.resize());
    }

    private List<String> row(List<String> row, String model, Double weight, Integer steps, List<String> metrics) {
        for (var metric : metrics) {
            row.add(table.row(model, weight, steps, metric)
                    .map(MetricSection::withMargin)
                    .orElse(""));
        }
        return row;
    }

    /** The student against the teacher at the best weight, sample by sample; empty if only one of them was drawn. */
    private String differences() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("metric", "first", "second", "first better", "second better", "difference ↑", "interval"));
        for (var pair : pairs) {
            if (pair.first().guidance() == table.bestGuidance()
                    && pair.second().guidance() == table.bestGuidance()
                    && !pair.first().model().equals(pair.second().model())) {
                rows.add(List.of(
                        pair.metric(),
                        name(pair.first()),
                        name(pair.second()),
                        Long.toString(pair.onlyFirst()),
                        Long.toString(pair.onlySecond()),
                        String.format(Locale.ROOT, "%.3f", pair.difference()),
                        pair.interval() == null
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        "%.3f to %.3f",
                                        pair.interval().low(),
                                        pair.interval().high())));
            }
        }
        return rows.size() == 1
                ? ""
                : "<h3>Compared sample by sample</h3>"
                        + Html.table(
                                "Samples of the same prompt and noise, guidance weight "
                                        + Axis.format(table.bestGuidance())
                                        + ". Where the interval excludes 0, the sets differ by more than the choice of prompts.",
                                rows,
                                3);
    }

    private static String name(SetName set) {
        return set.model() + ", " + set.steps() + (set.steps() == 1 ? " step" : " steps");
    }

    /** Samples of the prompts that the best set of the student, or else of the teacher, shows worst and best. */
    private String pictures(String protocol, List<SampleSet> sets, LatentShape shape) {
        var main = metrics(protocol).get(0);
        var value = main.substring(protocol.length() + 1);
        return best(sets, main)
                .map(set -> {
                    var rows = prompts.stream()
                            .filter(row ->
                                    row.protocol().equals(protocol) && row.set().equals(setName(set)))
                            .filter(row -> row.values().containsKey(value))
                            .sorted(Comparator.comparingDouble(
                                            (PromptRow row) -> row.values().get(value))
                                    .thenComparing(PromptRow::prompt))
                            .toList();
                    int shown = Math.min(PROMPTS_SHOWN, rows.size() / 2);
                    return "<h3>Worst and best prompts of the " + Html.text(name(setName(set))) + "</h3>"
                            + figures(set, rows.subList(0, shown), value, shape)
                            + figures(set, rows.subList(rows.size() - shown, rows.size()), value, shape);
                })
                .orElse("");
    }

    private Optional<SampleSet> best(List<SampleSet> sets, String metric) {
        return MetricTable.MODELS.stream()
                .flatMap(model -> sets.stream()
                        .filter(set -> set.model().equals(model) && set.guidance() == table.bestGuidance())
                        .max(Comparator.comparingDouble(set -> table.value(model, set.guidance(), set.steps(), metric)
                                .orElse(Double.NEGATIVE_INFINITY)))
                        .stream())
                .findFirst();
    }

    private static SetName setName(SampleSet set) {
        return new SetName(set.model(), set.guidance(), set.steps());
    }

    private String figures(SampleSet set, List<PromptRow> rows, String value, LatentShape shape) {
        var wanted = rows.stream().map(PromptRow::prompt).toArray();
        var samples =
                set.rows(spark).filter(col(SampleSchema.PROMPT).isin(wanted)).orderBy("index").collectAsList().stream()
                        .map(SampleSchema::record)
                        .collect(Collectors.groupingBy(SampleRecord::prompt));
        var html = new StringBuilder("<div class=\"grids\">");
        for (var row : rows) {
            var images = samples.get(row.prompt()).stream()
                    .limit(SAMPLES_SHOWN)
                    .map(SampleRecord::image)
                    .toList();
            html.append("<figure><figcaption>")
                    .append(Html.text(String.format(
                            Locale.ROOT,
                            "%s: %.2f",
                            row.prompt(),
                            Objects.requireNonNull(row.values().get(value)))))
                    .append("</figcaption>")
                    .append(Html.image(
                            PngImage.grid(List.of(images), shape, SCALE), "samples of the prompt " + row.prompt()))
                    .append("</figure>");
        }
        return html.append("</div>").toString();
    }
}
