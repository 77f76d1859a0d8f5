package io.flowmap.app.lab;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * The section {@code lab.ablation}.
 *
 * @param seconds training time of every run, 0 for the number of steps in its settings
 * @param trialRounds rounds that are timed to compute the number of steps
 * @param runs the runs to compare
 */
record AblationConfig(double seconds, int trialRounds, List<Run> runs) {
    /**
     * One row of the table.
     *
     * @param name label in the table
     * @param settings settings in which the run differs, {@code key=value}
     */
    record Run(String name, List<String> settings) {
        Run {
            settings = List.copyOf(settings);
            if (slug(name).isEmpty()) {
                throw new IllegalArgumentException("expected a name with letters or digits for every run, got " + name);
            }
        }

        /** The name in a form for directories. */
        String directory() {
            return slug(name);
        }

        private static String slug(String name) {
            return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        }
    }

    AblationConfig {
        runs = List.copyOf(runs);
        if (!(seconds >= 0) || Double.isInfinite(seconds) || trialRounds < 2) {
            throw new IllegalArgumentException("expected seconds of at least 0 and trial-rounds of at least 2, got "
                    + seconds + " and " + trialRounds);
        }
        if (runs.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected runs, each { name = ..., settings = [\"key=value\", ...] }, got none");
        }
        var directories = new HashSet<String>();
        for (var run : runs) {
            if (!directories.add(run.directory())) {
                throw new IllegalArgumentException(
                        "expected run names that differ in letters or digits, got " + run.name() + " twice");
            }
        }
    }
}
