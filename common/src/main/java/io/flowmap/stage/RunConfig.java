package io.flowmap.stage;

import io.flowmap.tensor.CounterRandom;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * The section {@code run}.
 *
 * @param dir directory of all stages, on any Hadoop file system
 * @param seed root of all random numbers
 * @param overwrite whether outputs of another configuration are deleted
 * @param stages directories of stages outside {@code dir}, by name
 */
public record RunConfig(String dir, long seed, boolean overwrite, Map<String, String> stages) {
    public RunConfig {
        stages = Map.copyOf(stages);
        requirePath("run.dir", dir);
        stages.forEach((stage, path) -> requirePath("run.stages." + stage, path));
    }

    private static void requirePath(String key, String path) {
        if (path.isBlank()) {
            throw new IllegalArgumentException("expected a directory as " + key + ", got blank text");
        }
        try {
            new Path(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected a path or a URI as " + key + ", got " + path, e);
        }
    }

    /** Directory of a stage or of a part of one ("teacher/main"). */
    Path stage(String name) {
        int slash = name.indexOf('/');
        var elsewhere = stages.get(slash < 0 ? name : name.substring(0, slash));
        if (elsewhere == null) {
            return new Path(dir, name);
        }
        return slash < 0 ? new Path(elsewhere) : new Path(elsewhere, name.substring(slash + 1));
    }

    /** Seed for one purpose ("pretrain.main", "distill"). Random numbers of different purposes are independent. */
    public long seedOf(String purpose) {
        return new CounterRandom(seed).bits(purpose.chars().asLongStream().toArray());
    }
}
