package io.flowmap.eval.prompt;

import io.flowmap.eval.metric.Bootstrap.Interval;
import io.flowmap.eval.prompt.PromptBootstrap.Ratio;
import io.flowmap.eval.prompt.PromptTally.PairTally;
import io.flowmap.eval.prompt.PromptTally.SetTally;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Means of several sets over all prompts, with intervals, and their differences. */
final class PromptScores {
    private final PromptMeasure measure;
    private final List<PromptTally> tallies;
    private final PromptBootstrap bootstrap;
    private final String[] groups;

    PromptScores(PromptMeasure measure, List<PromptTally> tallies, PromptBootstrap bootstrap) {
        this.measure = measure;
        this.tallies = tallies;
        this.bootstrap = bootstrap;
        this.groups =
                tallies.stream().map(tally -> measure.group(tally.prompt())).toArray(String[]::new);
    }

    /**
     * A mean over samples.
     *
     * @param samples number of them
     * @param interval null if there is none
     */
    record Score(double value, long samples, Interval interval) {}

    /**
     * Two sets compared on samples of the same prompt and noise.
     *
     * @param samples number of pairs
     * @param onlyFirst pairs in which the first set's value is larger: of 0 and 1, those that only the first has right
     * @param difference mean of first less second
     */
    record Difference(long samples, long onlyFirst, long onlySecond, double difference, Interval interval) {}

    /** The scores of every set, by name: each value, then the first value of each group. What no prompt asks for is left out. */
    List<Map<String, Score>> scores(int sets) {
        var places = new ArrayList<Map<String, Integer>>();
        var ratios = new ArrayList<Ratio>();
        for (int set = 0; set < sets; set++) {
            var ofSet = new LinkedHashMap<String, Integer>();
            for (int value = 0; value < measure.values().size(); value++) {
                add(ofSet, ratios, measure.values().get(value), ratio(set, value, prompt -> true));
            }
            for (var group : measure.groups()) {
                add(ofSet, ratios, group, ratio(set, 0, prompt -> group.equals(groups[prompt])));
            }
            places.add(ofSet);
        }
        var intervals = bootstrap.intervals(ratios, strata());
        return places.stream()
                .map(ofSet -> {
                    Map<String, Score> scores = new LinkedHashMap<>();
                    ofSet.forEach((name, place) -> {
                        var ratio = ratios.get(place);
                        scores.put(name, new Score(ratio.value(), ratio.samples(), intervals[place]));
                    });
                    return scores;
                })
                .toList();
    }

    /** The differences of all pairs of sets, at {@link PromptTally#pair}. */
    List<Difference> differences(int sets) {
        int pairs = sets * (sets - 1) / 2;
        var ratios = new ArrayList<Ratio>();
        for (int pair = 0; pair < pairs; pair++) {
            ratios.add(ratio(pair));
        }
        var intervals = bootstrap.intervals(ratios, strata());
        var differences = new ArrayList<Difference>();
        for (int pair = 0; pair < pairs; pair++) {
            long first = 0;
            long second = 0;
            for (var tally : tallies) {
                first += tally.pairs().get(pair).first();
                second += tally.pairs().get(pair).second();
            }
            var ratio = ratios.get(pair);
            differences.add(new Difference(ratio.samples(), first, second, ratio.value(), intervals[pair]));
        }
        return differences;
    }

    private static void add(Map<String, Integer> places, List<Ratio> ratios, String name, Ratio ratio) {
        if (ratio.samples() > 0) {
            places.put(name, ratios.size());
            ratios.add(ratio);
        }
    }

    private Ratio ratio(int set, int value, IntPredicate wanted) {
        var totals = new double[tallies.size()];
        var counts = new double[tallies.size()];
        for (int prompt = 0; prompt < totals.length; prompt++) {
            SetTally tally = tallies.get(prompt).sets().get(set);
            if (wanted.test(prompt)) {
                totals[prompt] = tally.totals()[value];
                counts[prompt] = tally.counts()[value];
            }
        }
        return new Ratio(totals, counts);
    }

    private Ratio ratio(int pair) {
        var totals = new double[tallies.size()];
        var counts = new double[tallies.size()];
        for (int prompt = 0; prompt < totals.length; prompt++) {
            PairTally tally = tallies.get(prompt).pairs().get(pair);
            totals[prompt] = tally.difference();
            counts[prompt] = tally.samples();
        }
        return new Ratio(totals, counts);
    }

    /** The number of each prompt's group, -1 for none. */
    private int[] strata() {
        var names = measure.groups();
        var strata = new int[groups.length];
        for (int prompt = 0; prompt < strata.length; prompt++) {
            strata[prompt] = groups[prompt] == null ? -1 : names.indexOf(groups[prompt]);
        }
        return strata;
    }
}
