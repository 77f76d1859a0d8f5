package io.flowmap.nn;

import io.flowmap.tensor.Floats;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * EDM2's forced weight normalisation: every row of a magnitude-preserving weight is set to w / (eps + ||w|| / sqrt(n)), eps = 1e-4 (EDM2
 * Eq. 47 and section 3). Applied after each update and after averaging, because the mean of unit rows is not a unit row.
 */
public final class ForcedNormalisation {
    private static final double EPSILON = 1e-4;
    /** Floats copied at a time, unless a row is longer. */
    private static final int PIECE = 1 << 16;

    private ForcedNormalisation() {}

    /** Normalises the weights in the flat vector [P] of the parameters, in place. */
    public static void apply(FlatParameters parameters, float[] flat) {
        apply(parameters, Floats.of(flat));
    }

    /** Normalises the weights in the flat vector [P] of the parameters, in place. Holds a few rows of a weight at a time. */
    public static void apply(FlatParameters parameters, Floats flat) {
        parameters.forEach((place, p, offset) -> {
            if (p.kind() == Parameter.Kind.WEIGHT) {
                int row = (int) Arrays.stream(p.shape()).skip(1).reduce(1, (a, b) -> a * b);
                int piece = row * Math.max(1, PIECE / row);
                int end = (int) (offset + p.length());
                IntStream.rangeClosed(0, (int) ((p.length() - 1) / piece))
                        .parallel()
                        .forEach(i -> {
                            int from = (int) offset + i * piece;
                            normaliseRows(flat, from, Math.min(piece, end - from), row);
                        });
            }
        });
    }

    private static void normaliseRows(Floats flat, int from, int count, int row) {
        var rows = new float[count];
        flat.get(from, rows, 0, count);
        for (int start = 0; start < count; start += row) {
            normaliseRow(rows, start, row);
        }
        flat.put(from, rows, 0, count);
    }

    private static void normaliseRow(float[] flat, int from, int n) {
        double squares = 0;
        for (int i = from; i < from + n; i++) {
            squares += (double) flat[i] * flat[i];
        }
        double inverse = 1 / (EPSILON + Math.sqrt(squares / n));
        for (int i = from; i < from + n; i++) {
            flat[i] = (float) (flat[i] * inverse);
        }
    }
}
