package io.flowmap.scene;

import io.flowmap.tensor.CounterRandom;

/** The random numbers of one scene; each is a function of (seed, split, number of the scene, what it is for). */
record Draws(CounterRandom random, long split, long number) {
    /** Keys of draws that a scene needs once; add the index of an object where each has its own. */
    static final int OBJECTS = 0;

    static final int RELATION_STATED = 1;
    static final int RELATION = 2;
    static final int SIZES_STATED = 3;
    static final int THERE_IS = 4;
    static final int RELATION_SYNONYM = 5;
    static final int BACKGROUND = 6;
    static final int ACROSS = 7;
    static final int THING = 8;
    static final int SIZE_SYNONYM = 10;
    static final int RADIUS = 20;
    static final int ALONG = 30;
    static final int OFFSET = 40;

    double between(double low, double high, long... what) {
        return low + (high - low) * random.uniform(key(what));
    }

    boolean chance(double probability, long... what) {
        return random.uniform(key(what)) < probability;
    }

    int below(int bound, long... what) {
        return (int) random.below(bound, key(what));
    }

    private long[] key(long[] what) {
        long[] key = new long[2 + what.length];
        key[0] = split;
        key[1] = number;
        System.arraycopy(what, 0, key, 2, what.length);
        return key;
    }
}
