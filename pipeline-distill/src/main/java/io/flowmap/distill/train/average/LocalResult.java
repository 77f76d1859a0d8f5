package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;
import java.util.List;

/**
 * Vectors of one worker to be averaged, and its report.
 *
 * @param vectors vectors of equal length, read until {@code release} runs
 * @param report bytes sent to the driver unchanged
 * @param release called once, when the vectors have been read or the task has failed, with true if it succeeded
 */
public record LocalResult(List<? extends Floats> vectors, byte[] report, Release release) {
    /** Returns the buffers of {@code vectors}. */
    public interface Release {
        void run(boolean succeeded);
    }
}
