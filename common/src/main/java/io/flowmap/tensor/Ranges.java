package io.flowmap.tensor;

import java.util.stream.IntStream;

/**
 * Elementwise work on arrays, in parallel if they are long. Elements are independent of each other, so the result does not depend on the
 * split.
 */
public final class Ranges {
    private static final int RANGE = 1 << 20;

    private Ranges() {}

    /** Work on the elements from {@code from} (inclusive) to {@code to} (exclusive). */
    public interface Work {
        void run(int from, int to);
    }

    public static void forEach(int length, Work work) {
        if (length <= RANGE) {
            work.run(0, length);
            return;
        }
        IntStream.range(0, (length - 1) / RANGE + 1)
                .parallel()
                .forEach(range -> work.run(range * RANGE, (int) Math.min(length, (range + 1L) * RANGE)));
    }
}
