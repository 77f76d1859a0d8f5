package io.flowmap.eval.distance;

import java.io.Serializable;

/** The centred outer-product sum M = sum (x - mean)(x - mean)' [D, D] of {@link Moments}, without mean and count. */
sealed interface Scatter extends Serializable permits FactorScatter, GramScatter {
    /** A matrix F [rows, D] with F'F = M, rows at most D; must not be modified. */
    double[] factor();

    /** tr M. */
    double trace();

    /** M row-major [D, D] with a valid upper triangle; must not be modified. */
    double[] upper();

    /** M row-major [D, D]. */
    double[] matrix();
}
