package io.flowmap.app.userstudy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.flowmap.eval.preference.Exclusion;
import java.util.HashSet;
import java.util.List;

/** The section {@code study.make}; reference.conf documents every key. */
record MakeConfig(
        List<StudySet> sets,
        Comparison compare,
        int scenes,
        int participants,
        int questions,
        int checks,
        int repeats,
        String prompts,
        String title,
        String question,
        boolean pages,
        Exclusion exclude) {
    /** How many images a question shows. */
    enum Comparison {
        @JsonProperty("pairs")
        PAIRS(2),
        @JsonProperty("best-of-three")
        BEST_OF_THREE(3);

        private final int images;

        Comparison(int images) {
            this.images = images;
        }

        int images() {
            return images;
        }
    }

    MakeConfig {
        sets = List.copyOf(sets);
        if (sets.size() < compare.images()) {
            throw new IllegalArgumentException("expected " + compare.images()
                    + " or more sets, each { name, samples, model," + " guidance, steps }, got " + sets.size());
        }
        var names = new HashSet<String>();
        for (var set : sets) {
            if (!names.add(set.name())) {
                throw new IllegalArgumentException("expected sets of different names, got " + set.name() + " twice");
            }
        }
        if (scenes < 1
                || participants < 1
                || questions < 1
                || checks < 0
                || repeats < 0
                || 2 * repeats + checks > questions) {
            throw new IllegalArgumentException(
                    "expected scenes, participants and questions of at least 1, checks and repeats of at least 0 and 2 repeats + checks of at"
                            + " most questions, got " + scenes + ", " + participants + ", " + questions
                            + ", " + checks + " and " + repeats);
        }
        int different = scenes * groups(sets.size(), compare.images());
        if (questions > different) {
            throw new IllegalArgumentException("expected at most " + different + " questions, as many as " + scenes
                    + " scenes have different ones, got " + questions);
        }
    }

    private static int groups(int sets, int images) {
        return images == 2 ? sets * (sets - 1) / 2 : sets * (sets - 1) * (sets - 2) / 6;
    }
}
