package io.flowmap.distill.train.ema;

/**
 * Weight of past parameters in a power-function average: p(t) = (gamma+1) t^gamma / end^(gamma+1) on [0, end] (EDM2, section 3 and
 * appendix C).
 *
 * @param end training time of the average, > 0, in steps
 * @param std width relative to {@code end}, in the sense of {@link PowerEma}
 */
record PowerProfile(double end, double std) {
    PowerProfile {
        if (!(end > 0)) {
            throw new IllegalArgumentException("cannot average parameters: expected a time above 0, got " + end);
        }
    }

    /**
     * Integral of the product of two profiles, (a+1) (b+1) / (a+b+1) T^b / U^(b+1): a and T are exponent and end of the one that ends
     * first, b and U those of the other.
     */
    double dot(PowerProfile other) {
        var first = end <= other.end ? this : other;
        var last = first == this ? other : this;
        double a = new PowerEma(first.std).gamma();
        double b = new PowerEma(last.std).gamma();
        return (a + 1) * (b + 1) / ((a + b + 1) * last.end) * Math.pow(first.end / last.end, b);
    }
}
