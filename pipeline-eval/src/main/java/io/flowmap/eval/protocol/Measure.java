package io.flowmap.eval.protocol;

import io.flowmap.eval.neighbour.PrecisionRecall;
import java.util.Optional;

/** What a protocol computes from features, with the constants that it fixes. */
public sealed interface Measure {
    /** k of a measure that uses nearest neighbours. */
    default Optional<Integer> neighbours() {
        return Optional.empty();
    }

    /**
     * A Frechet distance.
     *
     * @param ddof of the covariances
     */
    record Frechet(int ddof) implements Measure {}

    /**
     * A value computed from the balls of k nearest neighbours.
     *
     * @param part which of the four values
     * @param k number of neighbours
     */
    record Balls(PrecisionRecall.Part part, int k) implements Measure {
        @Override
        public Optional<Integer> neighbours() {
            return Optional.of(k);
        }
    }

    /**
     * The mean kernel distance over subsets drawn by NumPy's RandomState, as in torch-fidelity.
     *
     * @param subsets number of subsets
     * @param size images in a subset
     * @param seed seed of RandomState
     */
    record Kernel(int subsets, int size, long seed) implements Measure {}

    /** The Inception Score over all images together. */
    record Score() implements Measure {}
}
