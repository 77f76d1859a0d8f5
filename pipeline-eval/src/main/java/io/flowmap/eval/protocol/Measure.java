package io.flowmap.eval.protocol;

import io.flowmap.eval.neighbour.PrecisionRecall;
import java.util.Optional;

/** What a protocol takes of features, with the constants that it fixes. */
public sealed interface Measure {
    /** k of what is measured by nearest neighbours. */
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
     * What the balls of k nearest neighbours give.
     *
     * @param part which of the four
     * @param k neighbours
     */
    record Balls(PrecisionRecall.Part part, int k) implements Measure {
        @Override
        public Optional<Integer> neighbours() {
            return Optional.of(k);
        }
    }

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
