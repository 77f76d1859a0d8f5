package io.flowmap.page;

import java.util.List;
import java.util.stream.Collectors;

/** Tables as comma-separated values (RFC 4180, but lines end in LF). Null is an empty cell. */
public final class Csv {
    private Csv() {}

    /** Formats the rows of a table. The first row is the header. */
    public static String of(List<? extends List<?>> rows) {
        return rows.stream()
                .map(row -> row.stream().map(Csv::cell).collect(Collectors.joining(",")) + "\n")
                .collect(Collectors.joining());
    }

    private static String cell(Object cell) {
        var text = cell == null ? "" : cell.toString();
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }
}
