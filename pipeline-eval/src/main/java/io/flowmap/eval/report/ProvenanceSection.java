package io.flowmap.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.page.Html;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.StageInput;
import java.util.ArrayList;
import java.util.List;

/** Inputs and settings of each stage, from its manifest. */
final class ProvenanceSection {
    private static final int SHORT = 12;

    private final StringBuilder details = new StringBuilder();
    private final List<List<String>> rows = new ArrayList<>();

    ProvenanceSection() {
        rows.add(List.of("stage", "finished", "code", "seed", "manifest", "made from"));
    }

    /** Adds a finished stage. */
    void add(StageInput stage, Manifest manifest) {
        var inputs = manifest.inputs().stream()
                .map(input -> input.name() + " " + shortened(input.sha256()))
                .toList();
        rows.add(List.of(
                stage.name(),
                manifest.finished().replaceFirst("\\.\\d+", ""),
                shortened(manifest.version()),
                Long.toString(manifest.seed()),
                shortened(stage.sha256()),
                String.join(", ", inputs)));
        details.append("<details><summary>")
                .append(Html.text(stage.name()))
                .append(": configuration and facts</summary>");
        details.append(block("configuration", manifest.config()))
                .append(block("facts", manifest.facts()))
                .append("</details>");
    }

    String html() {
        return Html.table(
                        "Stages in the order of the pipeline; times are UTC.",
                        rows,
                        rows.get(0).size())
                + details;
    }

    private static String block(String name, JsonNode json) {
        return "<pre>" + Html.text(name + " " + Json.pretty(json)) + "</pre>";
    }

    private static String shortened(String hash) {
        return hash.length() > SHORT && hash.chars().allMatch(c -> Character.digit(c, 16) >= 0)
                ? hash.substring(0, SHORT)
                : hash;
    }
}
