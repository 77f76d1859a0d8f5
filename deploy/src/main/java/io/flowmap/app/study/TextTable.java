package io.flowmap.app.study;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table as Markdown with columns of equal width, for terminal and files.
 *
 * @param rows cells; the first row is the head, shorter rows end early
 */
public record TextTable(List<List<String>> rows) {
    @Override
    public String toString() {
        int[] widths = IntStream.range(0, rows.get(0).size()).map(this::width).toArray();
        var text = new StringBuilder(line(rows.get(0), widths));
        text.append(IntStream.range(0, widths.length)
                .mapToObj(column -> "-".repeat(widths[column] + 1) + (column == 0 ? "-" : ":"))
                .collect(Collectors.joining("|", "|", "|\n")));
        rows.stream().skip(1).forEach(row -> text.append(line(row, widths)));
        return text.toString();
    }

    private int width(int column) {
        return rows.stream()
                .filter(row -> column < row.size())
                .mapToInt(row -> row.get(column).length())
                .max()
                .orElse(1);
    }

    /** Aligns the first column left and the others right. */
    private static String line(List<String> row, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> {
                    var cell = column < row.size() ? row.get(column) : "";
                    var padding = " ".repeat(widths[column] - cell.length());
                    return column == 0 ? " " + cell + padding + " " : " " + padding + cell + " ";
                })
                .collect(Collectors.joining("|", "|", "|\n"));
    }
}
