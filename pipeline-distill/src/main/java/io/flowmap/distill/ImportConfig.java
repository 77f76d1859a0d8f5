package io.flowmap.distill;

import java.util.Map;
import java.util.TreeMap;

/** The section {@code import}; reference.conf documents every key. */
record ImportConfig(String main, String weak, String network, boolean halfGains, String license, String list) {
    ImportConfig {
        if (main == null && list == null) {
            throw new IllegalArgumentException("expected main, the file of an EDM2 snapshot, got null");
        }
        if (network.isBlank()) {
            throw new IllegalArgumentException("expected the name of a network, got none");
        }
    }

    /** The networks to import: file by name in the stage. */
    Map<String, String> files() {
        var files = new TreeMap<String, String>();
        files.put("main", main);
        if (weak != null) {
            files.put("weak", weak);
        }
        return files;
    }
}
