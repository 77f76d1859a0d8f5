package io.flowmap.app.lab;

import io.flowmap.app.study.TrajectoryErrors.Interval;
import java.util.List;

/** The section {@code lab.trajectory}; reference.conf documents every key. */
record TrajectoryConfig(
        String stage, String average, List<List<Double>> intervals, List<Double> guidance, int samples, int steps) {
    TrajectoryConfig {
        intervals = List.copyOf(intervals);
        guidance = List.copyOf(guidance);
        if (intervals.isEmpty() || guidance.isEmpty() || samples < 1 || steps < 1) {
            throw new IllegalArgumentException(
                    "expected intervals, guidance weights, and samples and steps of at least 1, got " + intervals + ", "
                            + guidance + ", " + samples + ", " + steps);
        }
        intervals.forEach(TrajectoryConfig::interval);
    }

    List<Interval> pairs() {
        return intervals.stream().map(TrajectoryConfig::interval).toList();
    }

    private static Interval interval(List<Double> pair) {
        if (pair.size() != 2) {
            throw new IllegalArgumentException("expected intervals [t, s], got " + pair);
        }
        return new Interval(pair.get(0), pair.get(1));
    }
}
