package io.flowmap.app.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The FIDs that the paper reports (AYF Table 5): another dataset and another distance than ours, to compare the order only. */
final class PublishedTable {
    static final String TITLE = "Published for comparison of the order only: FID on ImageNet-512, AYF Table 5.";

    private PublishedTable() {}

    /** Its rows; the first is the head, with the numbers of steps. Cells without a number are empty. */
    static List<List<String>> rows() {
        try (var in = PublishedTable.class.getResourceAsStream("published.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> List.of(line.split("\\|", -1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
