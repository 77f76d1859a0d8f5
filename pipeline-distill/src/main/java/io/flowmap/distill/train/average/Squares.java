package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;

/**
 * Sums of squares for metrics: float32 lanes that the compiler vectorises, added to a float64 sum often enough for six digits. The
 * order is fixed, so the bits are the same on every machine.
 */
public final class Squares {
    private static final int LANES = 1024;
    private static final int ROUNDS = 32;

    private Squares() {}

    /** Sum of the squared values. */
    public static double sum(float[] values) {
        return sum(Floats.of(values));
    }

    /** Sum of the squared values. */
    public static double sum(Floats values) {
        return walk(values, 0, values.length(), (from, piece, count, lanes) -> {
            for (int i = 0; i < count; i++) {
                float value = piece[i];
                lanes[i] += value * value;
            }
        });
    }

    /** Sum of the squared differences between values from index {@code from} on and {@code others}. */
    static double distance(Floats values, int from, float[] others) {
        var other = new float[LANES];
        return walk(values, from, others.length, (start, piece, count, lanes) -> {
            System.arraycopy(others, start, other, 0, count);
            for (int i = 0; i < count; i++) {
                float difference = piece[i] - other[i];
                lanes[i] += difference * difference;
            }
        });
    }

    /** Adds the squares of {@code count} values to the lanes; {@code from} is the number of the first. */
    private interface Row {
        void add(int from, float[] piece, int count, float[] lanes);
    }

    private static double walk(Floats values, int first, int length, Row row) {
        var lanes = new float[LANES];
        var piece = new float[LANES];
        double total = 0;
        for (int from = 0; from < length; from += LANES) {
            int count = Math.min(LANES, length - from);
            values.get(first + from, piece, 0, count);
            row.add(from, piece, count, lanes);
            total += emptied(lanes, from);
        }
        return total + emptied(lanes);
    }

    private static double emptied(float[] lanes, int from) {
        return from / LANES % ROUNDS == ROUNDS - 1 ? emptied(lanes) : 0;
    }

    private static double emptied(float[] lanes) {
        double total = 0;
        for (int i = 0; i < LANES; i++) {
            total += lanes[i];
            lanes[i] = 0;
        }
        return total;
    }
}
