package io.flowmap.bench.step;

import java.util.Locale;
import java.util.Map;

/**
 * Difference between two implementations of the step: largest difference over the largest expected value, for the field, the guided
 * velocity, the tangent, the residual, and the worst parameter tensor's gradient.
 *
 * @param gradientNorm ||actual - expected|| / ||expected|| over all gradients as one vector
 */
public record StepAgreement(
        double field,
        double velocity,
        double tangent,
        double residual,
        double gradient,
        String worstGradient,
        double gradientNorm) {

    public static StepAgreement between(StepOutputs actual, StepOutputs expected) {
        double worst = 0;
        String name = "";
        double square = 0;
        double whole = 0;
        for (Map.Entry<String, double[]> entry : expected.gradients().entrySet()) {
            double[] ours = actual.gradients().get(entry.getKey());
            double error = relative(ours, entry.getValue());
            if (error > worst) {
                worst = error;
                name = entry.getKey();
            }
            for (int i = 0; i < ours.length; i++) {
                square += Math.pow(ours[i] - entry.getValue()[i], 2);
                whole += Math.pow(entry.getValue()[i], 2);
            }
        }
        return new StepAgreement(
                relative(actual.field(), expected.field()),
                relative(actual.velocity(), expected.velocity()),
                relative(actual.tangent(), expected.tangent()),
                relative(actual.residual(), expected.residual()),
                worst,
                name,
                Math.sqrt(square / whole));
    }

    public boolean within(double tolerance) {
        return field < tolerance
                && velocity < tolerance
                && tangent < tolerance
                && gradient < tolerance
                && gradientNorm < tolerance;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "field=%.1e velocity=%.1e tangent=%.1e residual=%.1e gradients=%.1e worst-gradient=%.1e (%s)",
                field,
                velocity,
                tangent,
                residual,
                gradientNorm,
                gradient,
                worstGradient);
    }

    private static double relative(double[] actual, double[] expected) {
        if (actual.length != expected.length) {
            throw new IllegalArgumentException("expected " + expected.length + " values, got " + actual.length);
        }
        double largest = Double.MIN_NORMAL;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            if (Double.isNaN(actual[i])) {
                return Double.NaN;
            }
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
        }
        return difference / largest;
    }
}
