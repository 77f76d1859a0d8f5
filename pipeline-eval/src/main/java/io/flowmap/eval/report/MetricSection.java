package io.flowmap.eval.report;

import io.flowmap.eval.feature.BlockMeans;
import io.flowmap.eval.feature.LeNet;
import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricProtocol;
import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.page.Axis;
import io.flowmap.page.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Headline figures and the tables of the metrics. */
final class MetricSection {
    private static final List<Integer> HEADLINE_STEPS = List.of(1, 2, 4);

    private final MetricTable table;
    private final double guidance;

    MetricSection(MetricTable table) {
        this.table = table;
        this.guidance = table.bestGuidance();
    }

    /** The student's distances at few steps, the teacher's at most steps, the floor, class accuracy and time. */
    String headline() {
        var html = new StringBuilder("<div class=\"figures\">");
        var teacherSteps = table.steps(SampleSet.TEACHER, guidance);
        int most = teacherSteps.isEmpty() ? 0 : teacherSteps.get(teacherSteps.size() - 1);
        for (int steps : HEADLINE_STEPS) {
            html.append(figure(
                    "student",
                    value(SampleSet.STUDENT, steps, table.distance()),
                    table.distance() + " ↓, student, " + plural(steps),
                    comparison(steps, most)));
        }
        html.append(figure(
                "teacher",
                value(SampleSet.TEACHER, most, table.distance()),
                table.distance() + " ↓, teacher, " + plural(most),
                speed(most)));
        html.append(figure(
                "",
                table.ofRealImages(table.distance()),
                table.distance() + " ↓, training images",
                isOnTrainingImages() ? "among the images compared with" : "the floor: the value of real images"));
        int last = HEADLINE_STEPS.get(HEADLINE_STEPS.size() - 1);
        html.append(figure(
                "student",
                value(SampleSet.STUDENT, last, table.accuracy()),
                "class accuracy ↑, student, " + plural(last),
                "classified by the " + table.network() + " that gives the features"));
        return html.append("</div>").toString();
    }

    /** A sentence for samples that were compared with the images that the models learned from; otherwise empty. */
    String onTrainingImages() {
        return isOnTrainingImages()
                ? " Samples are compared with the images that the models were trained on (evaluate.reference-split = train), so copies of"
                        + " these would score best; images kept apart (ingest.test) make a fairer reference."
                : "";
    }

    private boolean isOnTrainingImages() {
        return table.protocol(table.distance()).reference().split().equals(ImageSources.TRAIN);
    }

    /** Frechet distances per class at the best weight, one table per metric; empty if none were measured. */
    String classes(List<String> names) {
        return table.byClass().stream().map(metric -> classes(names, metric)).collect(Collectors.joining());
    }

    private String classes(List<String> names, String metric) {
        var rows = new ArrayList<List<String>>();
        rows.add(Stream.concat(Stream.of("images of", "steps"), names.stream()).toList());
        for (var model : MetricTable.MODELS) {
            for (int steps : table.steps(model, guidance)) {
                addClasses(rows, names, metric, model, guidance, steps);
            }
        }
        addClasses(rows, names, metric, ImageSources.TRAIN, null, null);
        return "<h3>" + Html.text(metric) + " within each class</h3>"
                + Html.table(
                        "Samples of a class against real images of that class, guidance weight " + Axis.format(guidance)
                                + "; lower is better. A class with fewer than two images on either side has no value.",
                        rows,
                        1);
    }

    private void addClasses(
            List<List<String>> rows, List<String> names, String metric, String model, Double weight, Integer steps) {
        var distances = table.classes(model, weight, steps, metric);
        if (!distances.isEmpty()) {
            var row = new ArrayList<>(List.of(set(model, weight, steps).get(0), Objects.toString(steps, "")));
            for (int label = 0; label < names.size(); label++) {
                row.add(distances.containsKey(label) ? String.format(Locale.ROOT, "%.3f", distances.get(label)) : "");
            }
            rows.add(row);
        }
    }

    /** Two tables with a row for every set: quality of the images, and cost. */
    String rows() {
        var quality = new ArrayList<>(List.of("images of", "guidance", "steps", table.distance() + " ↓"));
        table.shares()
                .forEach(metric -> quality.add((metric.equals(table.accuracy()) ? "class accuracy" : metric) + " ↑"));
        var rows = rows(table, quality, this::quality);
        rows.add(quality(ImageSources.TRAIN, null, null));
        var cost = List.of(
                "images of",
                "guidance",
                "steps",
                "NFE ↓",
                "parameters ↓",
                "10⁹ multiply-adds per image ↓",
                "ms per image ↓");
        return "<h3>Quality of all sets</h3>"
                + Html.table(
                        "↓ lower is better, ↑ higher is better, with 1 as maximum. The value after ± is half the width of the interval.",
                        rows,
                        1)
                + "<h3>Cost of all sets</h3>"
                + Html.table(
                        "NFE: network evaluations per image. Time: median on the machine that generated the images.",
                        rows(table, cost, this::cost),
                        1);
    }

    /** A table with a head and a row for every set of a model. */
    static List<List<String>> rows(MetricTable table, List<String> head, Row ofSet) {
        var rows = new ArrayList<List<String>>();
        rows.add(head);
        for (var model : MetricTable.MODELS) {
            for (double weight : table.guidances()) {
                table.steps(model, weight).forEach(steps -> rows.add(ofSet.of(model, weight, steps)));
            }
        }
        return rows;
    }

    /** Computes the cells of a set. */
    interface Row {
        List<String> of(String model, Double weight, Integer steps);
    }

    /** Least, mean and largest distance over the parts of each set; empty if none were measured. */
    String parts() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("images of", "guidance", "steps", "distance ↓", "parts", "least", "mean", "largest"));
        for (var metric : table.inParts()) {
            for (var model : MetricTable.MODELS) {
                for (double weight : table.guidances()) {
                    for (int steps : table.steps(model, weight)) {
                        var row = set(model, weight, steps);
                        var parts = table.parts(model, weight, steps, metric);
                        row.add(metric);
                        row.add(Long.toString(parts.getCount()));
                        for (double value : new double[] {parts.getMin(), parts.getAverage(), parts.getMax()}) {
                            row.add(String.format(Locale.ROOT, "%.3f", value));
                        }
                        rows.add(row);
                    }
                }
            }
        }
        return rows.size() == 1
                ? ""
                : "<h3>Equal parts of each set</h3>"
                        + Html.table("Distances of the parts, each measured separately; lower is better.", rows, 1);
    }

    /** Warning about distances of no more images than features; empty if there are none. */
    String few() {
        var told = table.rows().stream()
                .filter(row -> row.protocol().isOfFewSamples())
                .collect(Collectors.groupingBy(
                        row -> row.metric()
                                + (row.protocol().label() != null
                                        ? " within classes"
                                        : row.part() != null ? " of parts" : ""),
                        TreeMap::new,
                        Collectors.toList()))
                .entrySet()
                .stream()
                .map(few -> String.format(
                        Locale.ROOT,
                        "%s: %s images against %s of %,d features",
                        few.getKey(),
                        range(few.getValue(), MetricProtocol::samples),
                        range(few.getValue(), protocol -> protocol.reference().samples()),
                        few.getValue().get(0).protocol().network().dimension()))
                .toList();
        return told.isEmpty()
                ? ""
                : "<p class=\"warning\">Too few images: with no more images than features on a side the covariance is singular. The"
                        + " distance is exact for these images, but far above that of many. "
                        + Html.text(String.join("; ", told)) + ".</p>";
    }

    private static String range(List<MetricRow> rows, ToLongFunction<MetricProtocol> count) {
        var counts = rows.stream().map(MetricRow::protocol).mapToLong(count).summaryStatistics();
        return counts.getMin() == counts.getMax()
                ? String.format(Locale.ROOT, "%,d", counts.getMin())
                : String.format(Locale.ROOT, "%,d to %,d", counts.getMin(), counts.getMax());
    }

    /** The sampler's noise between the flow map's steps at the best weight, as a sentence; empty if there was none. */
    private String noise() {
        var told = table.steps(SampleSet.STUDENT, guidance).stream()
                .filter(steps -> table.gamma(guidance, steps).orElse(0) > 0)
                .map(steps -> Axis.format(table.gamma(guidance, steps).getAsDouble()) + " at " + plural(steps))
                .toList();
        return told.isEmpty() ? "" : " Noise between the flow map's steps (gamma): " + String.join(", ", told) + ".";
    }

    /** The conditions that the values depend on, as text. */
    String protocol() {
        var distance = table.protocol(table.distance());
        var recall = table.protocol(table.recall());
        return String.format(
                        Locale.ROOT,
                        "Features are %s (SHA-256 %.12s…). These distances are not FID; compare them only with"
                                + " distances in the features of the same weights. A set has %,d samples and is compared with"
                                + " %,d images of the split %s; covariances have ddof %d; precision and recall use k = %d on %,d and %,d images."
                                + " In the charts, bars are intervals from resampling the samples. The dashed line is the value of real images: %,d of the training"
                                + " split, measured like samples (for class accuracy, the split %s). Dotted points are FIDs of AYF's Table 5 on ImageNet-512."
                                + " They are another measure on other images; compare only the shape of the curve.",
                        features(distance.network().name()),
                        distance.network().hash(),
                        distance.samples(),
                        distance.reference().samples(),
                        distance.reference().split(),
                        distance.ddof(),
                        recall.neighbours(),
                        recall.samples(),
                        recall.reference().samples(),
                        table.row(ImageSources.TRAIN, null, null, table.distance())
                                .map(row -> row.protocol().samples())
                                .orElse(0L),
                        distance.reference().split())
                + noise();
    }

    private static String features(String network) {
        return switch (network) {
            case LeNet.NAME -> "those of a " + network + " trained here on the ingested labels";
            case BlockMeans.NAME -> "the means of 8×8 blocks of each channel, without a network";
            default -> "those of a " + network + " given as a file";
        };
    }

    /** Label of a row: model, guidance weight, steps. */
    static List<String> set(String model, Double weight, Integer steps) {
        return new ArrayList<>(List.of(
                model.equals(ImageSources.TRAIN) ? "training images" : model,
                weight == null ? "" : Axis.format(weight),
                Objects.toString(steps, "")));
    }

    private List<String> quality(String model, Double weight, Integer steps) {
        var row = set(model, weight, steps);
        row.add(table.row(model, weight, steps, table.distance())
                .map(MetricSection::withMargin)
                .orElse(""));
        table.shares().forEach(metric -> row.add(format("%.4f", table.value(model, weight, steps, metric))));
        return row;
    }

    private List<String> cost(String model, Double weight, Integer steps) {
        var row = set(model, weight, steps);
        row.add(format("%.0f", table.value(model, weight, steps, MetricRow.EVALUATIONS)));
        row.add(format("%,.0f", table.value(model, weight, steps, MetricRow.PARAMETERS)));
        row.add(format("%.3g", table.value(model, weight, steps, MetricRow.MULTIPLY_ADDS)));
        row.add(format("%.2f", table.value(model, weight, steps, MetricRow.MILLISECONDS)));
        return row;
    }

    private String comparison(int steps, int teacherSteps) {
        var student = table.row(SampleSet.STUDENT, guidance, steps, table.distance());
        var teacher = table.row(SampleSet.TEACHER, guidance, teacherSteps, table.distance());
        return student.isEmpty() || teacher.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f× the teacher at %s",
                        student.get().value() / teacher.get().value(),
                        plural(teacherSteps));
    }

    private String speed(int teacherSteps) {
        var slow = value(SampleSet.TEACHER, teacherSteps, MetricRow.MILLISECONDS);
        var fast = value(SampleSet.STUDENT, 1, MetricRow.MILLISECONDS);
        return slow.isEmpty() || fast.isEmpty() || fast.getAsDouble() == 0
                ? ""
                : String.format(
                        Locale.ROOT, "%.0f× the student's time at 1 step", slow.getAsDouble() / fast.getAsDouble());
    }

    private OptionalDouble value(String model, int steps, String metric) {
        return table.value(model, guidance, steps, metric);
    }

    private static String figure(String style, OptionalDouble value, String label, String note) {
        return value.isEmpty()
                ? ""
                : "<div class=\"figure " + style + "\"><b>" + threeDigits(value.getAsDouble()) + "</b><span>"
                        + Html.text(label) + "</span><small>" + Html.text(note) + "</small></div>";
    }

    /** A value with half the width of its interval, if it has one. */
    static String withMargin(MetricRow row) {
        return row.interval() == null
                ? String.format(Locale.ROOT, "%.4f", row.value())
                : String.format(Locale.ROOT, "%.3f ±%.3f", row.value(), row.margin());
    }

    private static String format(String pattern, OptionalDouble value) {
        return value.isEmpty() ? "" : String.format(Locale.ROOT, pattern, value.getAsDouble());
    }

    private static String threeDigits(double value) {
        return String.format(
                Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value);
    }

    private static String plural(int steps) {
        return steps + (steps == 1 ? " step" : " steps");
    }
}
