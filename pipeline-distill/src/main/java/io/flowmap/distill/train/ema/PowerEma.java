package io.flowmap.distill.train.ema;

import io.flowmap.tensor.Floats;
import io.flowmap.tensor.Ranges;
import java.math.BigDecimal;

/**
 * Power-function average of the parameters (EDM2 Eq. 122-127): after step t the weight of the old average is
 * (1 - delta/t)^(gamma+1), where gamma follows from the profile's relative standard deviation.
 *
 * @param std width of the averaging profile relative to the training's length, in (0, 0.288675): EDM2 uses 0.05 and 0.1
 */
public record PowerEma(double std) {
    private static final String ROLE = "ema-";
    /** Elements moved at a time, copied so that one index serves all arrays and the loop is vectorised. */
    private static final int PIECE = 1 << 11;
    /** Width of the uniform profile, gamma = 0. */
    private static final double WIDEST = Math.sqrt(1.0 / 12);

    public PowerEma {
        if (!(std > 0 && std <= WIDEST)) {
            throw new IllegalArgumentException(
                    "cannot average parameters: expected an ema-std in (0, " + WIDEST + "], got " + std);
        }
    }

    /** Parses a role. Throws {@link IllegalArgumentException} if it is not the role of an average. */
    public static PowerEma ofRole(String role) {
        if (!role.startsWith(ROLE)) {
            throw new IllegalArgumentException("expected the role of an average, " + ROLE + "0.05, got " + role);
        }
        return new PowerEma(Double.parseDouble(role.substring(ROLE.length())));
    }

    /** Role of this average in a checkpoint, for example {@code ema-0.05}. */
    public String role() {
        return ROLE + BigDecimal.valueOf(std).toPlainString();
    }

    /** Largest root of (gamma+2)^2 (gamma+3) std^2 = gamma+1, by Newton's method from above. */
    double gamma() {
        double t = 1 / (std * std);
        double x = Math.sqrt(t) + 1;
        for (int i = 0; i < 100; i++) {
            double value = ((x + 7) * x + (16 - t)) * x + (12 - t);
            double slope = (3 * x + 14) * x + (16 - t);
            double next = x - value / slope;
            if (!(next < x)) {
                break;
            }
            x = next;
        }
        return x;
    }

    /** Weight of the old average when {@code delta} steps end at step count {@code next}: 0 at the first update. */
    double beta(double next, double delta) {
        return StrictMath.pow(1 - delta / next, gamma() + 1);
    }

    /** Moves {@code average} towards {@code parameters}. The weight is computed in float64, the rest in float32, as in EDM2. */
    void update(float[] average, Floats parameters, long next, long delta) {
        float rest = (float) (1 - beta(next, delta));
        Ranges.forEach(average.length, (from, to) -> {
            var values = new float[PIECE];
            var moved = new float[PIECE];
            for (int at = from; at < to; at += PIECE) {
                int count = Math.min(PIECE, to - at);
                parameters.get(at, values, 0, count);
                System.arraycopy(average, at, moved, 0, count);
                for (int i = 0; i < count; i++) {
                    moved[i] += rest * (values[i] - moved[i]);
                }
                System.arraycopy(moved, 0, average, at, count);
            }
        });
    }
}
