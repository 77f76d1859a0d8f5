package io.flowmap.adversarial;

import io.flowmap.adversarial.discriminator.AdversarialProgram;
import java.util.List;

/** The measures of an adversarial step, in the order of their columns in the table of rounds. */
final class Measures {
    static final List<String> NAMES = List.of(
            "discriminator_loss",
            "generator_loss",
            "logit_gap",
            "logit_spread",
            "penalty_real",
            "penalty_fake",
            "adaptive_weight");
    static final int DISCRIMINATOR_LOSS = 0;

    private Measures() {}

    /**
     * L_D without penalties, L_G, mean D(real) - D(fake), standard deviation of the logits of one kind, R1, R2 (both NaN in steps
     * without penalties), and the adaptive weight a.
     */
    static double[] of(AdversarialProgram program, double weight) {
        double[] real = program.realLogits();
        double[] fake = program.fakeLogits();
        double discriminator = 0;
        double generator = 0;
        double gap = 0;
        for (int i = 0; i < real.length; i++) {
            double difference = real[i] - fake[i];
            discriminator += softplus(-difference) / real.length;
            generator += softplus(difference) / real.length;
            gap += difference / real.length;
        }
        double spread = (deviation(real) + deviation(fake)) / 2;
        return new double[] {
            discriminator, generator, gap, spread, mean(program.realPenalties()), mean(program.fakePenalties()), weight
        };
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    private static double deviation(double[] values) {
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean) / values.length;
        }
        return Math.sqrt(squares);
    }

    private static double mean(double[] values) {
        if (values == null) {
            return Double.NaN;
        }
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
