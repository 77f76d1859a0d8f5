package io.flowmap.page;

import java.util.List;
import java.util.stream.Collectors;

/** Tables as comma-separated values (RFC 4180, lines end in LF); null is an empty cell. */
public final class Csv {
    private Csv() {}

    /** The rows of a table; the first is the head. */
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
