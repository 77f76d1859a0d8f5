package io.flowmap.nn;

import java.util.Arrays;

/**
 * EDM2's forced weight normalisation: every row of a magnitude-preserving weight is set to w / (eps + ||w|| / sqrt(n)), eps = 1e-4 (EDM2
 * Eq. 47 and section 3). Applied after each update and after averaging, because the mean of unit rows is not a unit row.
 */
public final class ForcedNormalisation {
    private static final double EPSILON = 1e-4;

    private ForcedNormalisation() {}

    /** Normalises the weights in the flat vector [P] of the parameters, in place. */
    public static void apply(FlatParameters parameters, float[] flat) {
        parameters.forEach((place, p, offset) -> {
            if (p.kind() == Parameter.Kind.WEIGHT) {
                int from = (int) offset;
                int row = (int) Arrays.stream(p.shape()).skip(1).reduce(1, (a, b) -> a * b);
                for (int end = from + (int) p.length(); from < end; from += row) {
                    normaliseRow(flat, from, row);
                }
            }
        });
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
