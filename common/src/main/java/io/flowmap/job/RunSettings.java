package io.flowmap.job;

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
}
