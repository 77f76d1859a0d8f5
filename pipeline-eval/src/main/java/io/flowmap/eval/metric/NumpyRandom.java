package io.flowmap.eval.metric;

import java.util.Arrays;

/** NumPy's RandomState: the generator MT19937 (Matsumoto and Nishimura 1998) and the permutations drawn from it. */
public final class NumpyRandom {
    private static final int WORDS = 624;
    private static final int SHIFT = 397;

    private final int[] state = new int[WORDS];
    private int next = WORDS;

    /** Throws {@link IllegalArgumentException} unless the seed fits in 32 bits. */
    public NumpyRandom(long seed) {
        if (seed < 0 || seed >> Integer.SIZE != 0) {
            throw new IllegalArgumentException("cannot seed RandomState: expected 0 to 2^32 - 1, got " + seed);
        }
        state[0] = (int) seed;
        for (int i = 1; i < WORDS; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    /** The first elements of a permutation of 0 .. n-1, as {@code choice(n, size, replace=False)}. */
    public int[] choice(int n, int size) {
        var order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int i = n - 1; i > 0; i--) {
            int j = below(i);
            int value = order[i];
            order[i] = order[j];
            order[j] = value;
        }
        return Arrays.copyOf(order, size);
    }

    /** Uniform in 0 .. max, by rejection of larger numbers. */
    private int below(int max) {
        int mask = (Integer.highestOneBit(max) << 1) - 1;
        int value = bits() & mask;
        while (value > max) {
            value = bits() & mask;
        }
        return value;
    }

    private int bits() {
        if (next == WORDS) {
            twist();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < WORDS; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % WORDS] & 0x7fffffff;
            state[i] = state[(i + SHIFT) % WORDS] ^ y >>> 1 ^ (y & 1) * 0x9908b0df;
        }
        next = 0;
    }
}
