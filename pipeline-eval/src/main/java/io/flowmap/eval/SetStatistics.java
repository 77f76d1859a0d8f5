package io.flowmap.eval;

import io.flowmap.eval.metric.Moments;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;

/** What the measures take of one set's features, each computed when first asked for and kept until closed. */
final class SetStatistics implements AutoCloseable {
    private final FeatureSet set;
    private final long neighbourSamples;
    private final Optional<NeighbourCache> cache;
    private final Map<Integer, JavaRDD<NeighbourTiles.Balls>> balls = new TreeMap<>();
    private Moments moments;

    /**
     * @param neighbourSamples most images in precision and recall, the first
     * @param cache of distances to neighbours, if they are kept
     */
    SetStatistics(FeatureSet set, long neighbourSamples, Optional<NeighbourCache> cache) {
        this.set = set;
        this.cache = cache;
        this.neighbourSamples = neighbourSamples;
    }

    FeatureSet set() {
        return set;
    }

    /** Images in precision and recall. */
    long neighbourCount() {
        return Math.min(neighbourSamples, set.count());
    }

    Moments moments() {
        if (moments == null) {
            moments = set.moments();
        }
        return moments;
    }

    JavaRDD<NeighbourTiles.Balls> balls(int neighbours) {
        return balls.computeIfAbsent(neighbours, k -> {
            var blocks = set.first(neighbourSamples);
            var radii = cache.map(kept -> kept.squaredRadii(
                            set.hash(), neighbourCount(), k, () -> NeighbourTiles.squaredRadii(blocks, k)))
                    .orElseGet(() -> NeighbourTiles.squaredRadii(blocks, k));
            return NeighbourTiles.balls(blocks, radii, k);
        });
    }

    @Override
    public void close() {
        balls.values().forEach(kept -> kept.unpersist(false));
        set.close();
    }
}
