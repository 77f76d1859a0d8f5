package io.flowmap.eval.protocol;

/** What a protocol takes of features, with the constants that it fixes. */
public sealed interface Measure {
    /**
     * A Frechet distance.
     *
     * @param ddof of the covariances
     */
    record Frechet(int ddof) implements Measure {}

    /**
     * Precision by k nearest neighbours.
     *
     * @param neighbours k
     */
    record Precision(int neighbours) implements Measure {}

    /**
     * Recall by k nearest neighbours.
     *
     * @param neighbours k
     */
    record Recall(int neighbours) implements Measure {}

    /**
     * The mean kernel distance of subsets that NumPy's RandomState draws, as torch-fidelity does.
     *
     * @param subsets how many
     * @param size images of one
     * @param seed of RandomState
     */
    record Kernel(int subsets, int size, long seed) implements Measure {}

    /** The Inception Score of all images at once. */
    record Score() implements Measure {}
}
