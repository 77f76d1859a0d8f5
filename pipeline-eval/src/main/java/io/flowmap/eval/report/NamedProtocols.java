package io.flowmap.eval.report;

import io.flowmap.eval.set.ImageSources;
import io.flowmap.eval.table.MetricTable;
import io.flowmap.page.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** Tables of every set measured by named protocols, such as fid:clean, and a description of these protocols. */
final class NamedProtocols {
    private final MetricTable table;

    NamedProtocols(MetricTable table) {
        this.table = table;
    }

    /** The tables; empty if there are no named protocols. */
    String html() {
        var names = table.named();
        if (names.isEmpty()) {
            return "";
        }
        var head = Stream.concat(
                        Stream.of("images of", "guidance", "steps"),
                        names.stream().map(name -> name + (isScore(name) ? " ↑" : " ↓")))
                .toList();
        var rows = MetricSection.rows(table, head, this::row);
        rows.add(row(ImageSources.TRAIN, null, null));
        return "<h3>Named protocols</h3>" + Html.table("↓ lower is better, ↑ higher is better.", rows, 1)
                + "<h3>Definition of the protocols</h3>"
                + Html.table(
                        "ddof: covariances are divided by count - ddof; k: neighbours. Hashes are the first twelve digits of SHA-256.",
                        protocols(),
                        1);
    }

    /** Whether higher values of a named protocol are better; all others are distances. */
    private static boolean isScore(String protocol) {
        return protocol.equals("is") || protocol.startsWith("precision:") || protocol.startsWith("recall:");
    }

    private List<String> row(String model, Double weight, Integer steps) {
        var row = MetricSection.set(model, weight, steps);
        table.named()
                .forEach(name -> row.add(table.row(model, weight, steps, name)
                        .map(MetricSection::withMargin)
                        .orElse("")));
        return row;
    }

    private List<List<String>> protocols() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("protocol", "weights", "resize and range", "ddof", "k", "seed", "images", "reference"));
        for (var name : table.named()) {
            var protocol = table.protocol(name);
            var reference = protocol.reference();
            rows.add(List.of(
                    name,
                    protocol.network().name()
                            + String.format(
                                    Locale.ROOT, " %.12s", protocol.network().hash()),
                    protocol.network().resize(),
                    Objects.toString(protocol.ddof(), ""),
                    Objects.toString(protocol.neighbours(), ""),
                    Objects.toString(protocol.seed(), ""),
                    Long.toString(protocol.samples()),
                    reference == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "%s, %d, %.12s",
                                    reference.split(),
                                    reference.samples(),
                                    reference.hash())));
        }
        return rows;
    }
}
