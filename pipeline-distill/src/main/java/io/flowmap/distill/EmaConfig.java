package io.flowmap.distill;

import io.flowmap.distill.train.ema.PowerEma;
import java.util.List;

/** The section {@code ema}; reference.conf documents every key. */
record EmaConfig(String stage, List<Double> widths) {
    EmaConfig {
        widths = List.copyOf(widths);
        if (stage.isBlank() || widths.isEmpty()) {
            throw new IllegalArgumentException("expected a stage and at least one width, got " + stage + ", " + widths);
        }
        widths.forEach(PowerEma::new);
    }
}
