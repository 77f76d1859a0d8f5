package io.flowmap.eval.distance;

import java.io.Serializable;

/** The centred outer-product sum M = sum (x - mean)(x - mean)' of {@link Moments}, [D, D], without mean and count. */
sealed interface Scatter extends Serializable permits FactorScatter, GramScatter {
    /** A matrix F [rows, D] with F'F = M, rows at most D; not to be changed. */
    double[] factor();

    /** tr M. */
    double trace();

    /** M row-major [D, D], its upper triangle valid; not to be changed. */
    double[] upper();

    /** M row-major [D, D]. */
    double[] matrix();
}
