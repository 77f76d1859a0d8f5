package io.flowmap.tensor;

/**
 * A vector of floats in Java's memory or in an engine's, read and written by ranges. Threads may work on different ranges at the same
 * time.
 */
public interface Floats {
    /** Number of elements. */
    int length();

    /** Copies the elements {@code from}, ..., {@code from + count - 1} into {@code target} from index {@code at} on. */
    void get(int from, float[] target, int at, int count);

    /** Overwrites the elements {@code from}, ..., {@code from + count - 1} with {@code values} from index {@code at} on. */
    void put(int from, float[] values, int at, int count);

    /** A copy in an array. */
    default float[] copy() {
        var values = new float[length()];
        get(0, values, 0, values.length);
        return values;
    }

    /** Overwrites all elements with those of a vector of the same length. */
    default void copyFrom(Floats source) {
        Ranges.forEach(length(), (from, to) -> {
            var values = new float[Math.min(to - from, 1 << 14)];
            for (int at = from; at < to; at += values.length) {
                int count = Math.min(values.length, to - at);
                source.get(at, values, 0, count);
                put(at, values, 0, count);
            }
        });
    }

    /** An array as such a vector; it is not copied. */
    static Floats of(float[] array) {
        return new OfArray(array);
    }
}

/** @param array the elements */
record OfArray(float[] array) implements Floats {
    @Override
    public int length() {
        return array.length;
    }

    @Override
    public void get(int from, float[] target, int at, int count) {
        System.arraycopy(array, from, target, at, count);
    }

    @Override
    public void put(int from, float[] values, int at, int count) {
        System.arraycopy(values, at, array, from, count);
    }
}
