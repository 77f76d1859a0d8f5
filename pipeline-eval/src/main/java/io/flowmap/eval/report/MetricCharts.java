package io.flowmap.eval.report;

import io.flowmap.eval.table.MetricRow;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.page.Axis;
import io.flowmap.page.LineChart;
import io.flowmap.page.LineChart.Series;
import io.flowmap.page.ParetoFront;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Charts of the metrics. */
final class MetricCharts {
    private final MetricTable table;
    private final double guidance;

    MetricCharts(MetricTable table) {
        this.table = table;
        this.guidance = table.bestGuidance();
    }

    /** Charts of distance, precision, recall, class accuracy and time against steps, and of distance against time, with one legend. */
    String html() {
        return LineChart.legend(distances())
                + "<div class=\"charts\">"
                + charts().values().stream().map(LineChart::withoutLegend).collect(Collectors.joining())
                + "</div>";
    }

    /** The charts by file name. */
    SortedMap<String, LineChart> charts() {
        var charts = new TreeMap<String, LineChart>();
        chart(charts, "1-distance", table.distance() + " ↓ lower is better", distances(), true);
        chart(charts, "2-accuracy", "Class accuracy ↑ higher is better", series(table.accuracy()), false);
        chart(charts, "3-precision", "Precision (k-NN) ↑ higher is better", series(table.precision()), false);
        chart(charts, "4-recall", "Recall (k-NN) ↑ higher is better", series(table.recall()), false);
        chart(charts, "5-time", "Median time per image (ms) ↓ lower is better", series(MetricRow.MILLISECONDS), true);
        table.ofPrompts().stream()
                .filter(metric -> metric.endsWith(":all"))
                .forEach(metric -> chart(
                        charts,
                        "7-" + metric.replace(':', '-'),
                        metric + " ↑ higher is better",
                        series(metric),
                        false));
        againstTime().ifPresent(chart -> charts.put("6-front", chart));
        return charts;
    }

    /** Distance against time: a line per model over its steps, and the Pareto front of faster and nearer. */
    private Optional<LineChart> againstTime() {
        var series = new ArrayList<Series>();
        var all = new ArrayList<double[]>();
        for (var model : MetricTable.MODELS) {
            var points = table.steps(model, guidance).stream()
                    .map(n -> new double[] {
                        table.value(model, guidance, n, MetricRow.MILLISECONDS).orElse(Double.NaN),
                        table.value(model, guidance, n, table.distance()).orElse(Double.NaN)
                    })
                    .toList();
            if (!points.isEmpty()) {
                series.add(points(model + ", guidance " + Axis.format(guidance), points, model));
                all.addAll(points);
            }
        }
        if (all.isEmpty()) {
            return Optional.empty();
        }
        series.add(points("Pareto front", ParetoFront.of(all, point -> point[0], point -> point[1]), "line2 dashed"));
        return Optional.of(new LineChart(
                table.distance() + " ↓ against time; dashed: Pareto front",
                Axis.logarithmic("ms per image", values(all, 0)),
                Axis.logarithmic("", values(all, 1)),
                series));
    }

    private static Series points(String name, List<double[]> points, String style) {
        return new Series(name, values(points, 0), values(points, 1), style, true);
    }

    private static double[] values(List<double[]> points, int coordinate) {
        return points.stream().mapToDouble(point -> point[coordinate]).toArray();
    }

    private void chart(
            SortedMap<String, LineChart> charts, String name, String title, List<Series> series, boolean logarithmic) {
        if (!series.isEmpty()) {
            var values = series.stream()
                    .flatMapToDouble(line -> DoubleStream.concat(Arrays.stream(line.y()), Arrays.stream(line.high())))
                    .toArray();
            var y = logarithmic ? Axis.logarithmic("", values) : Axis.linear("", values);
            charts.put(name, new LineChart(title, Axis.doubling("steps", steps(series)), y, series));
        }
    }

    /** The run's series, and published values at the same numbers of steps. */
    private List<Series> distances() {
        var series = series(table.distance());
        var steps = Arrays.stream(steps(series)).mapToObj(n -> (int) n).collect(Collectors.toSet());
        return Stream.concat(series.stream(), PublishedTable.references(steps).stream())
                .toList();
    }

    /** Both models at every weight, the best weight last and strongest; the training images as a horizontal line. */
    private List<Series> series(String metric) {
        var series = new ArrayList<Series>();
        for (double weight : table.guidances()) {
            if (weight != guidance) {
                MetricTable.MODELS.forEach(model -> add(series, model, weight, metric, model + " pale"));
            }
        }
        MetricTable.MODELS.forEach(model -> add(series, model, guidance, metric, model));
        var steps = steps(series);
        table.ofRealImages(metric).ifPresent(value -> {
            double first = Arrays.stream(steps).min().orElse(1);
            double last = Arrays.stream(steps).max().orElse(1);
            series.add(
                    new Series("real images", new double[] {first, last}, new double[] {value, value}, "floor", false));
        });
        return series;
    }

    private static double[] steps(List<Series> series) {
        return series.stream().flatMapToDouble(line -> Arrays.stream(line.x())).toArray();
    }

    private void add(List<Series> series, String model, double weight, String metric, String style) {
        var rows = table.steps(model, weight).stream()
                .flatMap(n -> table.row(model, weight, n, metric).stream())
                .toList();
        if (!rows.isEmpty()) {
            series.add(new Series(
                    model + ", guidance " + Axis.format(weight),
                    rows.stream().mapToDouble(MetricRow::steps).toArray(),
                    rows.stream().mapToDouble(MetricRow::value).toArray(),
                    rows.stream().mapToDouble(MetricRow::low).toArray(),
                    rows.stream().mapToDouble(MetricRow::high).toArray(),
                    style,
                    true));
        }
    }
}
