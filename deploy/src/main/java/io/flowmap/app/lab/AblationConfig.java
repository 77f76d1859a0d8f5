package io.flowmap.app.lab;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * The section {@code lab.ablation}.
 *
 * @param seconds of training of every run, 0 for the steps that the settings name
 * @param trialRounds rounds from whose time the steps follow
 * @param runs what is compared
 */
record AblationConfig(double seconds, int trialRounds, List<Run> runs) {
    /**
     * One row of the table.
     *
     * @param name as the table shows it
     * @param settings in which it differs, {@code key=value}
     */
    record Run(String name, List<String> settings) {
        Run {
            settings = List.copyOf(settings);
            if (slug(name).isEmpty()) {
                throw new IllegalArgumentException("expected a name with letters or digits of every run, got " + name);
            }
        }

        /** The name as that of a directory. */
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
                        "expected names of runs that differ in letters or digits, got " + run.name() + " twice");
            }
        }
    }
}
