package io.flowmap.eval.prompt;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What several sets of images show of one prompt.
 *
 * @param sets a tally for each set
 * @param pairs a tally for each pair of sets, at {@link #pair}
 */
record PromptTally(String prompt, List<SetTally> sets, List<PairTally> pairs) implements Serializable {
    /**
     * An image that was measured.
     *
     * @param set number of its set
     * @param values as {@link PromptMeasure#of}
     */
    record Measured(int set, long index, double[] values) implements Serializable {}

    /**
     * Sums over the images of a set.
     *
     * @param samples number of images
     * @param counts for each value, the images that have it
     * @param totals for each value, the sum
     */
    record SetTally(int samples, int[] counts, double[] totals) implements Serializable {}

    /**
     * Images of two sets with the same index, compared by their first value.
     *
     * @param samples number of such indices
     * @param first how often the first set's value is larger
     * @param second how often the second set's is
     * @param difference sum of first less second
     */
    record PairTally(int samples, int first, int second, double difference) implements Serializable {}

    /** Place of the pair of two sets, {@code first} below {@code second}. */
    static int pair(int first, int second) {
        return second * (second - 1) / 2 + first;
    }

    /** Sums images in the order of their sets and indices, so that the bits do not depend on the order in which they come. */
    static PromptTally of(String prompt, Iterable<Measured> images, int sets, int values) {
        var bySet = new ArrayList<List<Measured>>();
        for (int set = 0; set < sets; set++) {
            bySet.add(new ArrayList<>());
        }
        images.forEach(image -> bySet.get(image.set()).add(image));
        bySet.forEach(ofSet -> ofSet.sort(Comparator.comparingLong(Measured::index)));
        var pairs = new ArrayList<PairTally>();
        for (int second = 0; second < sets; second++) {
            for (int first = 0; first < second; first++) {
                pairs.add(pair(bySet.get(first), bySet.get(second)));
            }
        }
        return new PromptTally(
                prompt, bySet.stream().map(ofSet -> tally(ofSet, values)).toList(), pairs);
    }

    private static SetTally tally(List<Measured> images, int values) {
        var counts = new int[values];
        var totals = new double[values];
        for (var image : images) {
            for (int value = 0; value < values; value++) {
                if (!Double.isNaN(image.values()[value])) {
                    counts[value]++;
                    totals[value] += image.values()[value];
                }
            }
        }
        return new SetTally(images.size(), counts, totals);
    }

    private static PairTally pair(List<Measured> firsts, List<Measured> seconds) {
        int samples = 0;
        int first = 0;
        int second = 0;
        double difference = 0;
        for (int i = 0, j = 0; i < firsts.size() && j < seconds.size(); ) {
            int order = Long.compare(firsts.get(i).index(), seconds.get(j).index());
            if (order == 0) {
                double by = firsts.get(i).values()[0] - seconds.get(j).values()[0];
                samples++;
                first += by > 0 ? 1 : 0;
                second += by < 0 ? 1 : 0;
                difference += by;
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return new PairTally(samples, first, second, difference);
    }
}
