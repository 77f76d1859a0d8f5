package io.flowmap.distill.train.step;

import java.io.Serializable;

/**
 * How many compiled programs a worker keeps, where samples have several shapes.
 *
 * @param most number of programs
 * @param megabytes MiB that they hold together; the one in use stays in any case
 */
public record ProgramsConfig(int most, int megabytes) implements Serializable {
    public ProgramsConfig {
        if (most < 1 || megabytes < 1) {
            throw new IllegalArgumentException(
                    "expected programs.most and programs.megabytes of at least 1, got " + most + " and " + megabytes);
        }
    }

    /** Whether so many programs may be kept. */
    boolean allow(int count, long bytes) {
        return count == 1 || count <= most && bytes <= (long) megabytes << 20;
    }

    /**
     * The most bytes that programs for so many shapes hold.
     *
     * @param largest bytes of the largest program
     */
    long bytes(long largest, int shapes) {
        long together = largest * Math.min(most, shapes);
        return Math.min(together, Math.max(largest, (long) megabytes << 20));
    }
}
