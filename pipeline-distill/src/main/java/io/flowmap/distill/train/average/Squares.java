package io.flowmap.distill.train.average;

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
        var lanes = new float[LANES];
        double total = 0;
        for (int from = 0; from < values.length; from += LANES) {
            int count = Math.min(LANES, values.length - from);
            for (int i = 0; i < count; i++) {
                float value = values[from + i];
                lanes[i] += value * value;
            }
            total += emptied(lanes, from);
        }
        return total + emptied(lanes);
    }

    /** Sum of the squared differences between values from index {@code from} on and {@code others}. */
    static double distance(float[] values, int from, float[] others) {
        var lanes = new float[LANES];
        double total = 0;
        for (int start = 0; start < others.length; start += LANES) {
            int count = Math.min(LANES, others.length - start);
            for (int i = 0; i < count; i++) {
                float difference = values[from + start + i] - others[start + i];
                lanes[i] += difference * difference;
            }
            total += emptied(lanes, start);
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
