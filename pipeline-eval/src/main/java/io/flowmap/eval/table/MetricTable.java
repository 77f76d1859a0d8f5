package io.flowmap.eval.table;

import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.set.SampleSet;
import io.flowmap.eval.table.MetricProtocol.Reference;
import io.flowmap.page.Csv;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The rows of the metrics, with queries by model, guidance weight, steps and metric. */
public record MetricTable(List<MetricRow> rows) {
    /** The two models, in display order. */
    public static final List<String> MODELS = List.of(SampleSet.STUDENT, SampleSet.TEACHER);

    /**
     * Checks every metric of samples, one column each, with a {@link Comparison}. Training images are exempt: as a floor, they may be
     * fewer.
     */
    public void compare(Comparison comparison) {
        for (var row : rows) {
            if (row.steps() != null) {
                var label = row.protocol().label();
                var part = row.part() == null ? "" : " of a part";
                comparison.add(row.metric() + part + (label == null ? "" : " of class " + label), row.name(), row);
            }
        }
    }

    /** All columns of all rows as comma-separated values. */
    public String csv() {
        return Csv.of(Stream.concat(
                        Stream.<List<?>>of(Arrays.asList(MetricRow.schema().fieldNames())),
                        rows.stream().map(row -> (List<?>) row.cells()))
                .toList());
    }

    /** Name of the network that gives the features of the rows with own features. */
    public String network() {
        return rows.stream()
                .map(row -> row.protocol().network())
                .filter(Objects::nonNull)
                .map(MetricProtocol.Network::name)
                .findFirst()
                .orElseThrow();
    }

    /** Name of the metric of the Frechet distance. */
    public String distance() {
        return MetricRow.FRECHET + network();
    }

    public String precision() {
        return MetricRow.PRECISION + network();
    }

    public String recall() {
        return MetricRow.RECALL + network();
    }

    /** The metrics between 0 and 1 that were measured for some set: precision, recall, density, coverage, class accuracy, in this order. */
    public List<String> shares() {
        return Stream.of(
                        precision(),
                        recall(),
                        MetricRow.DENSITY + network(),
                        MetricRow.COVERAGE + network(),
                        accuracy())
                .filter(metric -> rows.stream().anyMatch(row -> row.metric().equals(metric)))
                .toList();
    }

    public String accuracy() {
        return MetricRow.CLASS_ACCURACY + network();
    }

    /** Metrics of named protocols: all except those of the run's own features, of prompts, and the costs. */
    public List<String> named() {
        return rows.stream()
                .map(MetricRow::metric)
                .filter(metric -> !metric.endsWith("-" + network())
                        && !metric.startsWith(MetricRow.PROMPT)
                        && !MetricRow.COSTS.contains(metric))
                .distinct()
                .toList();
    }

    /** Metrics of prompts. */
    public List<String> ofPrompts() {
        return rows.stream()
                .map(MetricRow::metric)
                .filter(metric -> metric.startsWith(MetricRow.PROMPT))
                .distinct()
                .toList();
    }

    /** The protocol of a metric of samples. */
    public MetricProtocol protocol(String metric) {
        return rows.stream()
                .filter(row -> row.steps() != null && row.metric().equals(metric))
                .map(MetricRow::protocol)
                .findFirst()
                .orElseThrow();
    }

    /** A value; empty if it was not measured. */
    public OptionalDouble value(String model, Double guidance, Integer steps, String metric) {
        return row(model, guidance, steps, metric).stream()
                .mapToDouble(MetricRow::value)
                .findFirst();
    }

    /** A value with its protocol. */
    public Optional<MetricRow> row(String model, Double guidance, Integer steps, String metric) {
        return rows.stream()
                .filter(row -> row.model().equals(model)
                        && Objects.equals(row.guidance(), guidance)
                        && Objects.equals(row.steps(), steps)
                        && row.metric().equals(metric)
                        && row.isOfAll())
                .findFirst();
    }

    /** Frechet distances over the parts of a set, by metric; empty if none were measured. */
    public DoubleSummaryStatistics parts(String model, double guidance, int steps, String metric) {
        return rows.stream()
                .filter(row -> row.part() != null
                        && row.model().equals(model)
                        && row.guidance() == guidance
                        && row.steps() == steps
                        && row.metric().equals(metric))
                .mapToDouble(MetricRow::value)
                .summaryStatistics();
    }

    /** Metrics whose parts were measured. */
    public List<String> inParts() {
        return rows.stream()
                .filter(row -> row.part() != null)
                .map(MetricRow::metric)
                .distinct()
                .toList();
    }

    /** Gamma of the student's set as stored in the table; empty if unknown. */
    public OptionalDouble gamma(double guidance, int steps) {
        return row(SampleSet.STUDENT, guidance, steps, distance()).stream()
                .map(row -> row.origin().gamma())
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .findFirst();
    }

    /** Metrics that were measured per class. */
    public List<String> byClass() {
        return rows.stream()
                .filter(row -> row.protocol().label() != null)
                .map(MetricRow::metric)
                .distinct()
                .toList();
    }

    /** Values of a metric per class, by label; empty if none were measured. */
    public SortedMap<Integer, Double> classes(String model, Double guidance, Integer steps, String metric) {
        var classes = new TreeMap<Integer, Double>();
        for (var row : rows) {
            if (row.protocol().label() != null
                    && row.model().equals(model)
                    && Objects.equals(row.guidance(), guidance)
                    && Objects.equals(row.steps(), steps)
                    && row.metric().equals(metric)) {
                classes.put(row.protocol().label(), row.value());
            }
        }
        return classes;
    }

    /**
     * The value of real images, for comparison with samples: that of the training split, the floor of a distance. Class accuracy is
     * that of the reference split, since the classifier was trained on the training split.
     */
    public OptionalDouble ofRealImages(String metric) {
        return value(metric.equals(accuracy()) ? reference() : ImageSources.TRAIN, null, null, metric);
    }

    /** The split that distances refer to. */
    String reference() {
        return rows.stream()
                .map(row -> row.protocol().reference())
                .filter(Objects::nonNull)
                .map(Reference::split)
                .findFirst()
                .orElseThrow();
    }

    /** Guidance weights of all samples, ascending. */
    public List<Double> guidances() {
        return rows.stream()
                .map(MetricRow::guidance)
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
    }

    /** Numbers of steps of a model at a guidance weight, ascending. */
    public List<Integer> steps(String model, double guidance) {
        return rows.stream()
                .filter(row -> row.model().equals(model) && Objects.equals(row.guidance(), guidance))
                .map(MetricRow::steps)
                .distinct()
                .sorted()
                .toList();
    }

    /** The weight at which the teacher at its largest number of steps is nearest to the real images; without a teacher, the student. */
    public double bestGuidance() {
        for (var model : List.of(SampleSet.TEACHER, SampleSet.STUDENT)) {
            var measured = guidances().stream()
                    .filter(weight -> !steps(model, weight).isEmpty())
                    .toList();
            if (!measured.isEmpty()) {
                return measured.stream()
                        .min(Comparator.comparingDouble(weight -> atMostSteps(model, weight)))
                        .orElseThrow();
            }
        }
        throw new IllegalStateException("no samples in the table of metrics");
    }

    private double atMostSteps(String model, double guidance) {
        var steps = steps(model, guidance);
        return value(model, guidance, steps.get(steps.size() - 1), distance()).orElse(Double.POSITIVE_INFINITY);
    }
}
