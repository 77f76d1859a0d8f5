package io.flowmap.distill.train.average;

/**
 * Vectors of one worker to be averaged, and its report.
 *
 * @param vectors equal-length vectors, read until {@code release} runs
 * @param report bytes that reach the driver as they are
 * @param release called when the task has ended, with true if it succeeded
 */
public record LocalResult(float[][] vectors, byte[] report, Release release) {
    /** Gives back what {@code vectors} live in. */
    public interface Release {
        void run(boolean succeeded);
    }
}
