package io.flowmap.eval.distance;

import io.flowmap.eval.metric.NumpyRandom;
import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;

/**
 * The images that a kernel distance is estimated from, by subset.
 *
 * @param real indices [subsets][size] of real images
 * @param generated indices [subsets][size] of generated images
 */
public record KernelSubsets(int[][] real, int[][] generated) {
    private static final int REAL = 0;
    private static final int GENERATED = 1;

    public KernelSubsets {
        if (real.length == 0 || real.length != generated.length) {
            throw new IllegalArgumentException(
                    "cannot make subsets: expected as many of real as of generated images, got " + real.length + " and "
                            + generated.length);
        }
    }

    /**
     * Subsets without repeated images, drawn by a generator with this seed. Throws {@link IllegalArgumentException} if the size exceeds
     * a set's count.
     */
    public static KernelSubsets seeded(long seed, int subsets, int size, int real, int generated) {
        requireSize(size, real, generated);
        var random = new CounterRandom(seed);
        var result = new KernelSubsets(new int[subsets][], new int[subsets][]);
        for (int i = 0; i < subsets; i++) {
            result.real[i] = Arrays.copyOf(random.permutation(real, i, REAL), size);
            result.generated[i] = Arrays.copyOf(random.permutation(generated, i, GENERATED), size);
        }
        return result;
    }

    /**
     * The subsets that torch-fidelity draws: for every subset first generated, then real images, from NumPy's RandomState(seed), by
     * default 2020.
     */
    public static KernelSubsets numpy(long seed, int subsets, int size, int real, int generated) {
        requireSize(size, real, generated);
        var random = new NumpyRandom(seed);
        var result = new KernelSubsets(new int[subsets][], new int[subsets][]);
        for (int i = 0; i < subsets; i++) {
            result.generated[i] = random.choice(generated, size);
            result.real[i] = random.choice(real, size);
        }
        return result;
    }

    public int count() {
        return real.length;
    }

    private static void requireSize(int size, int real, int generated) {
        if (size < 2 || size > Math.min(real, generated)) {
            throw new IllegalArgumentException(
                    "cannot draw subsets: expected a size from 2 to " + Math.min(real, generated) + ", got " + size);
        }
    }
}
