package io.flowmap.distill.prepare;

import io.flowmap.tensor.Mergeable;

/**
 * Sums over the elements of samples.
 *
 * @param elements number of elements
 * @param error sum of (v - v_exact)^2
 * @param exact sum of v_exact^2
 * @param residual sum of (v - (z - x_0))^2
 */
record VelocitySums(long elements, double error, double exact, double residual) implements Mergeable<VelocitySums> {
    static final VelocitySums ZERO = new VelocitySums(0, 0, 0, 0);

    @Override
    public VelocitySums merge(VelocitySums other) {
        return new VelocitySums(
                elements + other.elements, error + other.error, exact + other.exact, residual + other.residual);
    }

    /** ||v - v_exact|| / ||v_exact||. */
    double relativeError() {
        return Math.sqrt(error / exact);
    }

    /** Mean of (v - (z - x_0))^2: the loss of flow matching. */
    double loss() {
        return residual / elements;
    }
}
