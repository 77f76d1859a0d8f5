package io.flowmap.eval.preference;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Krippendorff's alpha for nominal values (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): 1 - observed over expected
 * disagreement, 1 if all agree, 0 if no more than by chance. Any number of answers to a unit, of which those with one answer say nothing.
 */
public final class KrippendorffAlpha {
    private KrippendorffAlpha() {}

    /**
     * The coefficient; NaN if no unit has two answers or all answers are the same.
     *
     * @param units the values that different people gave to each unit
     */
    public static double of(Collection<List<Integer>> units) {
        var totals = new TreeMap<Integer, Double>();
        double all = 0;
        double differing = 0;
        for (var unit : units) {
            if (unit.size() < 2) {
                continue;
            }
            var counts = new TreeMap<Integer, Double>();
            unit.forEach(value -> counts.merge(value, 1.0, Double::sum));
            counts.forEach((value, count) -> totals.merge(value, count, Double::sum));
            double n = unit.size();
            double same = counts.values().stream()
                    .mapToDouble(count -> count * (count - 1))
                    .sum();
            differing += (n * (n - 1) - same) / (n - 1);
            all += n;
        }
        double apart = all * all
                - totals.values().stream().mapToDouble(count -> count * count).sum();
        return apart == 0 ? Double.NaN : 1 - (all - 1) * differing / apart;
    }
}
