package io.flowmap.eval.preference;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts of choices: all that strengths, win rates and side shares depend on. Not thread-safe.
 *
 * <p>Items are compared in sets of {@code size}; the counts of a set have an entry for each of its items, ascending, and a last one for
 * ties. Counts may be fractional.
 */
public final class Tally {
    private final int items;
    private final int size;
    private final List<int[]> sets;
    private final double[][] choices;
    private final double[] sides;
    private double same;
    private double repeated;

    /**
     * An empty tally.
     *
     * @param items number of items, K
     * @param size items compared in one question, m, from 2 to K
     */
    public Tally(int items, int size) {
        this(items, size, sets(items, size));
    }

    private Tally(int items, int size, List<int[]> sets) {
        this.items = items;
        this.size = size;
        this.sets = sets;
        this.choices = new double[sets.size()][size + 1];
        this.sides = new double[size];
    }

    /** An empty tally of the same items. */
    Tally empty() {
        return new Tally(items, size, sets);
    }

    /** Sum of one or more tallies of the same items. */
    public static Tally sum(List<Tally> tallies) {
        var sum = tallies.get(0).empty();
        tallies.forEach(tally -> sum.add(tally, 1));
        return sum;
    }

    /** All sets of {@code size} of {@code items} items, each ascending, in lexicographic order. */
    public static List<int[]> sets(int items, int size) {
        if (size < 2 || size > items) {
            throw new IllegalArgumentException("expected sets of 2 to " + items + " items, got " + size);
        }
        var sets = new ArrayList<int[]>();
        extend(new int[size], 0, 0, items, sets);
        return List.copyOf(sets);
    }

    private static void extend(int[] set, int filled, int from, int items, List<int[]> sets) {
        if (filled == set.length) {
            sets.add(set.clone());
            return;
        }
        for (int item = from; item < items; item++) {
            set[filled] = item;
            extend(set, filled + 1, item + 1, items, sets);
        }
    }

    /** Adds an answer. */
    public void add(Judgement judgement) {
        int set = set(judgement.shown());
        choices[set][outcome(sets.get(set), judgement.chosen())]++;
        if (judgement.choice() != Judgement.TIE) {
            sides[judgement.choice()]++;
        }
    }

    /** Adds a question that was asked twice. */
    public void addRepeat(boolean same) {
        this.same += same ? 1 : 0;
        repeated++;
    }

    /** Adds {@code weight} answers to questions about a set, in shares for its items, ascending, and for ties. */
    public void add(int set, double weight, double[] shares) {
        for (int outcome = 0; outcome <= size; outcome++) {
            choices[set][outcome] += weight * shares[outcome];
        }
    }

    /** Adds another tally of the same items, as often as given. */
    void add(Tally other, int times) {
        for (int set = 0; set < choices.length; set++) {
            for (int outcome = 0; outcome <= size; outcome++) {
                choices[set][outcome] += times * other.choices[set][outcome];
            }
        }
        for (int side = 0; side < size; side++) {
            sides[side] += times * other.sides[side];
        }
        same += times * other.same;
        repeated += times * other.repeated;
    }

    int items() {
        return items;
    }

    int size() {
        return size;
    }

    List<int[]> sets() {
        return sets;
    }

    /** Counts of a set, [m + 1]. */
    double[] choices(int set) {
        return choices[set];
    }

    /** Decided answers by the position chosen, [m]. */
    double[] sides() {
        return sides.clone();
    }

    /** Share of repeated questions with the same answer; NaN if there are none. */
    double selfAgreement() {
        return same / repeated;
    }

    /** Number of answers. */
    double total() {
        double total = 0;
        for (var counts : choices) {
            for (double count : counts) {
                total += count;
            }
        }
        return total;
    }

    private int set(int[] shown) {
        for (int set = 0; set < sets.size(); set++) {
            if (holds(sets.get(set), shown)) {
                return set;
            }
        }
        throw new IllegalArgumentException("expected " + size + " different items below " + items);
    }

    private static boolean holds(int[] set, int[] shown) {
        for (int item : set) {
            boolean found = false;
            for (int other : shown) {
                found |= item == other;
            }
            if (!found) {
                return false;
            }
        }
        return set.length == shown.length;
    }

    private int outcome(int[] set, int chosen) {
        for (int k = 0; k < set.length; k++) {
            if (set[k] == chosen) {
                return k;
            }
        }
        return size;
    }
}
