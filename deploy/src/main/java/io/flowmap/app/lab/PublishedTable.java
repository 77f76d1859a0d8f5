package io.flowmap.app.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the paper reports: of other datasets and another distance than ours, to compare the order only. */
public enum PublishedTable {
    /** FIDs of objectives and teachers by steps. */
    ABLATION("published.txt", "Published for comparison of the order only: FID on ImageNet-512, AYF Table 5."),
    /** The sampler's noise and guidance weight chosen for every number of steps. */
    SAMPLING("published-sampling.txt", "Published for comparison only: what the paper chose by FID, AYF Table 3.");

    private final String file;
    private final String title;

    PublishedTable(String file, String title) {
        this.file = file;
        this.title = title;
    }

    /** What it is and its source. */
    public String title() {
        return title;
    }

    /** Its rows; the first is the head. Cells without a number are empty. */
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
}
