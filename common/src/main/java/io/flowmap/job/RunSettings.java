package io.flowmap.job;

import io.flowmap.tensor.CounterRandom;
import org.apache.hadoop.fs.Path;

/**
 * The section {@code run}.
 *
 * @param dir directory of all stages, of any Hadoop file system
 * @param seed of every random number
 * @param overwrite whether outputs of another configuration are deleted
 */
public record RunSettings(String dir, long seed, boolean overwrite) {
    public RunSettings {
        if (dir.isBlank()) {
            throw new IllegalArgumentException("expected a directory as run.dir, got blank text");
        }
        try {
            new Path(dir);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected a path or a URI as run.dir, got " + dir, e);
        }
    }

    /** Seed of one purpose ("pretrain.main", "distill"): its random numbers are independent of those of every other. */
    public long seedOf(String purpose) {
        return new CounterRandom(seed).bits(purpose.chars().asLongStream().toArray());
    }
}
