package io.flowmap.distill.train.average;

/**
 * Vectors of one worker to be averaged, and its report.
 *
 * @param vectors vectors of equal length, read until {@code release} runs
 * @param report bytes sent to the driver unchanged
 * @param release called when the task has ended, with true if it succeeded
 */
public record LocalResult(float[][] vectors, byte[] report, Release release) {
    /** Returns the buffers of {@code vectors}. */
    public interface Release {
        void run(boolean succeeded);
    }
}
