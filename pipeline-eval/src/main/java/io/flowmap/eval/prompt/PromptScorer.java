package io.flowmap.eval.prompt;

/** Measures images in one task. Not thread-safe. */
@FunctionalInterface
public interface PromptScorer extends AutoCloseable {
    /**
     * Values of an image in the order of {@link PromptMeasure#values()}, NaN where the prompt does not ask for it.
     *
     * @param pixels uint8 [C,H,W]
     */
    double[] of(String prompt, byte[] pixels);

    @Override
    default void close() {}
}
