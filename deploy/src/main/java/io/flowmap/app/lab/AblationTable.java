package io.flowmap.app.lab;

import io.flowmap.eval.table.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Distances of the runs by number of steps, in the layout of AYF Table 5.
 *
 * @param metric name of the distance
 * @param floor distance of the training images
 * @param lines one per run and guidance weight
 */
record AblationTable(String metric, double floor, List<Line> lines) {
    /** A distance and half the width of its interval; NaN without one. */
    record Cell(double value, double margin) {
        /** Half the length of the bar in a chart. */
        double bar() {
            return Double.isNaN(margin) ? 0 : margin;
        }

        @Override
        public String toString() {
            return Double.isNaN(margin) ? format("%.2f", value) : format("%.2f ±%.2f", value, margin);
        }
    }

    /**
     * A run at one guidance weight.
     *
     * @param cells by number of steps
     */
    record Line(String name, double guidance, AblationRun.Training training, TreeMap<Integer, Cell> cells) {}

    /**
     * Builds the table from the runs' metrics. A {@link io.flowmap.eval.table.Comparison} checks that they share one protocol and
     * reference.
     */
    static AblationTable of(List<AblationRun> runs, Comparison comparison) {
        var lines = new ArrayList<Line>();
        String metric = "";
        double floor = Double.NaN;
        for (var run : runs) {
            var byGuidance = new TreeMap<Double, Line>();
            for (var row : run.distances()) {
                comparison.add("distance", run.name() + ", " + row.name(), row);
                metric = row.metric();
                if (row.guidance() == null) {
                    floor = row.value();
                } else {
                    byGuidance
                            .computeIfAbsent(
                                    row.guidance(), g -> new Line(run.name(), g, run.training(), new TreeMap<>()))
                            .cells()
                            .put(row.steps(), new Cell(row.value(), row.margin()));
                }
            }
            lines.addAll(byGuidance.values());
        }
        return new AblationTable(metric, floor, lines);
    }

    /** Rows of text cells; the first is the head. */
    List<List<String>> rows() {
        var steps = steps();
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of(metric, "λ", "trained", "minutes"));
        steps.forEach(n -> head.add(Integer.toString(n)));
        rows.add(head);
        for (var line : lines) {
            boolean trained = line.training().steps() > 0;
            var row = new ArrayList<>(List.of(
                    line.name(),
                    format("%.3g", line.guidance()),
                    trained ? format("%,d", line.training().steps()) : "",
                    trained ? format("%.1f", line.training().minutes()) : ""));
            steps.forEach(n -> row.add(String.valueOf(line.cells().getOrDefault(n, new Cell(Double.NaN, Double.NaN)))));
            rows.add(row);
        }
        return rows;
    }

    SortedSet<Integer> steps() {
        var steps = new TreeSet<Integer>();
        lines.forEach(line -> steps.addAll(line.cells().keySet()));
        return steps;
    }

    /** Distances by run and steps, for the manifest. */
    Map<String, Map<Integer, Double>> values() {
        var values = new TreeMap<String, Map<Integer, Double>>();
        for (var line : lines) {
            var row = new TreeMap<Integer, Double>();
            line.cells().forEach((n, cell) -> row.put(n, cell.value()));
            values.put(line.name() + " λ=" + line.guidance(), row);
        }
        return values;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
