package io.flowmap.eval.set;

import io.flowmap.eval.distance.Moments;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;

/** Statistics of one set's features that the measures need, each computed on first use and kept until closed. */
public final class SetStatistics implements AutoCloseable {
    private final FeatureSet set;
    private final long neighbourSamples;
    private final Optional<NeighbourCache> cache;
    private final Map<Integer, JavaRDD<NeighbourTiles.Balls>> balls = new TreeMap<>();
    private Moments moments;

    /**
     * @param neighbourSamples largest number of images in precision and recall; the first are used
     * @param cache cache of distances to neighbours, if enabled
     */
    public SetStatistics(FeatureSet set, long neighbourSamples, Optional<NeighbourCache> cache) {
        this.set = set;
        this.cache = cache;
        this.neighbourSamples = neighbourSamples;
    }

    public FeatureSet set() {
        return set;
    }

    /** Number of images in precision and recall. */
    public long neighbourCount() {
        return Math.min(neighbourSamples, set.count());
    }

    public Moments moments() {
        if (moments == null) {
            moments = set.moments();
        }
        return moments;
    }

    public JavaRDD<NeighbourTiles.Balls> balls(int neighbours) {
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
