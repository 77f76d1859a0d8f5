package io.flowmap.app.sweep;

import io.flowmap.page.Axis;
import io.flowmap.page.ParetoFront;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The rows of a sweep, and the best of them. */
record SweepTable(List<SweepRow> rows) {
    /** The case with the smallest distance for every network and number of steps, ordered by both (AYF Table 3). */
    List<SweepRow> best() {
        var best = new TreeMap<String, TreeMap<Integer, SweepRow>>();
        for (var row : rows) {
            if (!row.pruned()) {
                best.computeIfAbsent(row.ofCase().network(), name -> new TreeMap<>())
                        .merge(row.ofCase().steps(), row, (a, b) -> b.distance() < a.distance() ? b : a);
            }
        }
        return best.values().stream()
                .flatMap(bySteps -> bySteps.values().stream())
                .toList();
    }

    /** The cases for which no other is both faster and nearer, by time. */
    List<SweepRow> front() {
        var whole = rows.stream().filter(row -> !row.pruned()).toList();
        return ParetoFront.of(whole, SweepRow::milliseconds, SweepRow::distance);
    }

    /** The best cases as cells in the layout of AYF Table 3, with distance and cost; the first row is the head. */
    List<List<String>> bestCells() {
        return cells(best(), List.of());
    }

    /** All cases as cells; the first row is the head. */
    List<List<String>> allCells() {
        return cells(rows, List.of("ended early"));
    }

    /** All cases with every column of the table, for files; the first row is the head. */
    List<List<?>> columns() {
        return Stream.concat(
                        Stream.<List<?>>of(Arrays.asList(SweepRow.schema().fieldNames())),
                        rows.stream().map(row -> (List<?>) row.cells()))
                .toList();
    }

    private static List<List<String>> cells(List<SweepRow> rows, List<String> more) {
        var cells = new ArrayList<List<String>>();
        var metric = rows.get(0).protocol().metric();
        cells.add(Stream.concat(
                        Stream.of(
                                "model",
                                "NFE",
                                "γ",
                                "λ",
                                metric,
                                "samples",
                                "parameters",
                                "10⁹ multiply-adds",
                                "ms per image"),
                        more.stream())
                .toList());
        for (var row : rows) {
            var one = row.ofCase();
            var line = new ArrayList<>(List.of(
                    one.network(),
                    Integer.toString(one.steps()),
                    Axis.format(one.gamma()),
                    Axis.format(one.guidance()),
                    format("%.3f", row.distance()),
                    Long.toString(row.protocol().samples()),
                    format("%,d", row.parameters()),
                    format("%.3g", row.gigaMultiplyAdds()),
                    format("%.2f", row.milliseconds())));
            more.forEach(column -> line.add(row.pruned() ? "yes" : ""));
            cells.add(line);
        }
        return cells;
    }

    private static String format(String pattern, Object value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
