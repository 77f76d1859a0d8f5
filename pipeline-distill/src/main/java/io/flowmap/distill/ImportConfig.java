package io.flowmap.distill;

import io.flowmap.model.BaseNetwork;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The section {@code import}; reference.conf documents every key. */
record ImportConfig(
        String main,
        String weak,
        String network,
        boolean halfGains,
        String flux,
        Base base,
        String license,
        String list) {
    /** What becomes of the weights of a base network. */
    enum Weights {
        COPY,
        KEEP
    }

    /** How a base network is used. */
    record Base(Weights weights, int height, int width, int textTokens, List<Integer> axes) {
        Base {
            use(height, width, textTokens, axes);
        }

        BaseNetwork.Use use() {
            return use(height, width, textTokens, axes);
        }

        private static BaseNetwork.Use use(int height, int width, int textTokens, List<Integer> axes) {
            return new BaseNetwork.Use(height, width, textTokens, axes);
        }
    }

    ImportConfig {
        if (main == null && flux == null && list == null) {
            throw new IllegalArgumentException(
                    "expected main, the file of an EDM2 snapshot, or flux, the weights of FLUX.1, got neither");
        }
        if (flux != null && (main != null || weak != null)) {
            throw new IllegalArgumentException("expected either flux, or main and weak, got both");
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
