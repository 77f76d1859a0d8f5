package io.flowmap.eval.report;

import io.flowmap.page.LineChart.Series;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Values reported in the paper. They are of other datasets and another distance than ours, so only their order is comparable. */
public enum PublishedTable {
    /** FIDs of objectives and teachers by steps. */
    ABLATION("published.txt", "Published values (FID on ImageNet-512, AYF Table 5); compare only their order."),
    /** The sampler's noise and guidance weight that the paper chose for every number of steps. */
    SAMPLING("published-sampling.txt", "Published for comparison: the paper's choice by FID, AYF Table 3.");

    private static final String FLOW_MAP = "AYF-S, autoguided teacher, AYF-EMD";
    private static final String TEACHER = "EDM-S with autoguidance, the teacher";

    private final String file;
    private final String title;

    PublishedTable(String file, String title) {
        this.file = file;
        this.title = title;
    }

    /** Description of the table and its source. */
    public String title() {
        return title;
    }

    /** Rows of the table; the first is the head. Cells without a number are empty. */
    public List<List<String>> rows() {
        try (var in = PublishedTable.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> List.of(line.split("\\|", -1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The FIDs of the paper's flow map and of its teacher at some numbers of steps, as faint points for a chart of a distance. */
    static List<Series> references(Collection<Integer> steps) {
        return Stream.of(
                        reference(FLOW_MAP, "AYF-S, ImageNet-512 FID", "student published", steps),
                        reference(TEACHER, "its teacher, AYF Table 5", "teacher published", steps))
                .filter(series -> series.x().length > 0)
                .toList();
    }

    private static Series reference(String row, String name, String style, Collection<Integer> steps) {
        var rows = ABLATION.rows();
        var head = rows.get(0);
        var cells = rows.stream()
                .filter(line -> line.get(0).equals(row))
                .findFirst()
                .orElseThrow();
        int[] columns = IntStream.range(1, head.size())
                .filter(c -> steps.contains(Integer.valueOf(head.get(c)))
                        && !cells.get(c).isEmpty())
                .toArray();
        return new Series(
                name,
                IntStream.of(columns)
                        .mapToDouble(c -> Double.parseDouble(head.get(c)))
                        .toArray(),
                IntStream.of(columns)
                        .mapToDouble(c -> Double.parseDouble(cells.get(c)))
                        .toArray(),
                style,
                true);
    }
}
