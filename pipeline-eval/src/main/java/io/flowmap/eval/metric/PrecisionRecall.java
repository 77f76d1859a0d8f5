package io.flowmap.eval.metric;

import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Improved precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020) of two sets of points: a ball around
 * a point has the distance to its k-th neighbour in its own set, the point itself excluded, as radius; what is on it is inside.
 *
 * @param precision share of the generated images inside the ball of some real image
 * @param recall share of the real images inside the ball of some generated image
 * @param density balls of real images that a generated image is inside, on average, over k
 * @param coverage share of the real images whose ball has a generated image inside
 */
public record PrecisionRecall(double precision, double recall, double density, double coverage) {
    /** Of sets in memory. Throws {@link IllegalArgumentException} unless both have more than k points. */
    public static PrecisionRecall between(List<FeatureBlock> real, List<FeatureBlock> generated, int neighbours) {
        var realRadii = squaredRadii(real, neighbours);
        var generatedRadii = squaredRadii(generated, neighbours);
        var inReal = Stream.generate(BitSet::new).limit(generated.size()).toList();
        double recalled = 0;
        double reached = 0;
        double hits = 0;
        for (int i = 0; i < real.size(); i++) {
            var inGenerated = new BitSet();
            var reachedHere = new BitSet();
            for (int j = 0; j < generated.size(); j++) {
                var tile = BallCoverage.of(real.get(i), realRadii[i], generated.get(j), generatedRadii[j]);
                inGenerated.or(tile.real());
                reachedHere.or(tile.reached());
                inReal.get(j).or(tile.generated());
                hits += tile.hits();
            }
            recalled += inGenerated.cardinality();
            reached += reachedHere.cardinality();
        }
        double precise = inReal.stream().mapToInt(BitSet::cardinality).sum();
        return of(precise, recalled, hits, reached, rows(real), rows(generated), neighbours);
    }

    /**
     * Of counts.
     *
     * @param precise generated images inside some real image's ball
     * @param recalled real images inside some generated image's ball
     * @param hits pairs of a generated image and a real image's ball that it is inside
     * @param reached real images whose ball has a generated image inside
     */
    public static PrecisionRecall of(
            double precise, double recalled, double hits, double reached, long real, long generated, int neighbours) {
        return new PrecisionRecall(precise / generated, recalled / real, hits / neighbours / generated, reached / real);
    }

    private static double[][] squaredRadii(List<FeatureBlock> set, int neighbours) {
        if (rows(set) <= neighbours) {
            throw new IllegalArgumentException("cannot take precision and recall: expected more than " + neighbours
                    + " points on each side, got " + rows(set));
        }
        var nearest = new NearestDistances[set.size()];
        for (int i = 0; i < nearest.length; i++) {
            for (int j = i; j < nearest.length; j++) {
                var both = NearestDistances.within(set.get(i), set.get(j), neighbours);
                nearest[i] = nearest[i] == null ? both[0] : nearest[i].merge(both[0]);
                if (both.length > 1) {
                    nearest[j] = nearest[j] == null ? both[1] : nearest[j].merge(both[1]);
                }
            }
        }
        return Stream.of(nearest).map(NearestDistances::squaredRadii).toArray(double[][]::new);
    }

    private static long rows(List<FeatureBlock> set) {
        return set.stream().mapToLong(FeatureBlock::rows).sum();
    }
}
