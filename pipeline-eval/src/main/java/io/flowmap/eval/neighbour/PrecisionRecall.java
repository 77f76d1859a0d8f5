package io.flowmap.eval.neighbour;

import io.flowmap.eval.distance.BlasThreads;
import io.flowmap.eval.distance.CentredPoints;
import io.flowmap.eval.distance.FeatureBlock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Improved precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020) of two sets of points. The ball
 * around a point has as radius the distance to its k-th neighbour in its own set, excluding the point itself. The boundary counts as
 * inside.
 *
 * @param precision share of the generated images inside the ball of some real image
 * @param recall share of the real images inside the ball of some generated image
 * @param density mean number of real images' balls that contain a generated image, divided by k
 * @param coverage share of the real images whose ball contains a generated image
 */
public record PrecisionRecall(double precision, double recall, double density, double coverage) {
    /** One of the four values. */
    public enum Part {
        PRECISION(PrecisionRecall::precision),
        RECALL(PrecisionRecall::recall),
        DENSITY(PrecisionRecall::density),
        COVERAGE(PrecisionRecall::coverage);

        private final ToDoubleFunction<PrecisionRecall> value;

        Part(ToDoubleFunction<PrecisionRecall> value) {
            this.value = value;
        }

        public double of(PrecisionRecall all) {
            return value.applyAsDouble(all);
        }
    }

    /** Computes the values for sets in memory. Throws {@link IllegalArgumentException} unless both have more than k points. */
    public static PrecisionRecall between(List<FeatureBlock> real, List<FeatureBlock> generated, int neighbours) {
        requireMore(real, neighbours);
        requireMore(generated, neighbours);
        var centre = CentredPoints.centre(real.get(0));
        return BlasThreads.oneACall(() -> ofPoints(points(real, centre), points(generated, centre), neighbours));
    }

    /** Counts of the tiles of one real block, and the generated points of each block that it covers. */
    private record Covered(int recalled, int reached, long hits, List<BitSet> inReal) {}

    private static PrecisionRecall ofPoints(List<CentredPoints> real, List<CentredPoints> generated, int neighbours) {
        var realRadii = squaredRadii(real, neighbours);
        var generatedRadii = squaredRadii(generated, neighbours);
        var covered = IntStream.range(0, real.size())
                .parallel()
                .mapToObj(i -> covered(real.get(i), realRadii[i], generated, generatedRadii))
                .toList();
        double precise = 0;
        for (int j = 0; j < generated.size(); j++) {
            var inside = new BitSet();
            for (var block : covered) {
                inside.or(block.inReal().get(j));
            }
            precise += inside.cardinality();
        }
        return of(
                precise,
                covered.stream().mapToInt(Covered::recalled).sum(),
                covered.stream().mapToLong(Covered::hits).sum(),
                covered.stream().mapToInt(Covered::reached).sum(),
                rows(real),
                rows(generated),
                neighbours);
    }

    private static Covered covered(
            CentredPoints real, double[] squaredRadii, List<CentredPoints> generated, double[][] generatedRadii) {
        var inReal = new ArrayList<BitSet>();
        var inGenerated = new BitSet();
        var reached = new BitSet();
        long hits = 0;
        for (int j = 0; j < generated.size(); j++) {
            var tile = DistanceTile.between(real, generated.get(j));
            var coverage = BallCoverage.of(tile, squaredRadii, generatedRadii[j]);
            inGenerated.or(coverage.real());
            reached.or(coverage.reached());
            inReal.add(coverage.generated());
            hits += coverage.hits();
        }
        return new Covered(inGenerated.cardinality(), reached.cardinality(), hits, inReal);
    }

    /**
     * Computes the values from counts.
     *
     * @param precise generated images inside some real image's ball
     * @param recalled real images inside some generated image's ball
     * @param hits pairs of a generated image and a real image's ball that contains it
     * @param reached real images whose ball contains a generated image
     */
    public static PrecisionRecall of(
            double precise, double recalled, double hits, double reached, long real, long generated, int neighbours) {
        return new PrecisionRecall(precise / generated, recalled / real, hits / neighbours / generated, reached / real);
    }

    private static void requireMore(List<FeatureBlock> set, int neighbours) {
        int rows = set.stream().mapToInt(FeatureBlock::rows).sum();
        if (rows <= neighbours) {
            throw new IllegalArgumentException("cannot take precision and recall: expected more than " + neighbours
                    + " points on each side, got " + rows);
        }
    }

    private static List<CentredPoints> points(List<FeatureBlock> set, float[] centre) {
        return set.stream().map(block -> CentredPoints.of(block, centre)).toList();
    }

    private static double[][] squaredRadii(List<CentredPoints> set, int neighbours) {
        int blocks = set.size();
        var tiles = IntStream.range(0, blocks * blocks)
                .parallel()
                .mapToObj(t -> t / blocks > t % blocks
                        ? new NearestDistances[0]
                        : NearestDistances.within(
                                DistanceTile.between(set.get(t / blocks), set.get(t % blocks)), neighbours))
                .toList();
        var nearest = new NearestDistances[blocks];
        for (int t = 0; t < tiles.size(); t++) {
            for (int side = 0; side < tiles.get(t).length; side++) {
                int block = side == 0 ? t / blocks : t % blocks;
                var part = tiles.get(t)[side];
                nearest[block] = nearest[block] == null ? part : nearest[block].merge(part);
            }
        }
        return Stream.of(nearest).map(NearestDistances::squaredRadii).toArray(double[][]::new);
    }

    private static long rows(List<CentredPoints> set) {
        return set.stream().mapToLong(points -> points.norms().length).sum();
    }
}
