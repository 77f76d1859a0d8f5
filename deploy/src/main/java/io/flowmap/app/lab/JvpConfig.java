package io.flowmap.app.lab;

import java.util.List;

/** The section {@code lab.jvp}; reference.conf documents every key. */
record JvpConfig(String checkpoint, String average, List<Double> times, int samples, int steps, double guidance) {
    JvpConfig {
        times = List.copyOf(times);
        if (times.isEmpty() || times.stream().anyMatch(t -> !(t > 0 && t < 1)) || samples < 1 || steps < 1) {
            throw new IllegalArgumentException("expected times in (0, 1), and samples and steps of at least 1, got "
                    + times + ", " + samples + ", " + steps);
        }
    }
}
