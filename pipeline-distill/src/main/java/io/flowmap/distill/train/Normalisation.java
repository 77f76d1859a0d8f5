package io.flowmap.distill.train;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Projection of a flat parameter vector onto the set it must stay in, such as EDM2's unit rows (forced weight normalisation). */
public interface Normalisation extends AutoCloseable {
    /** Normalises the flat float32 vector {@code parameters} [P] in place; does nothing for networks without such a constraint. */
    void normalise(INDArray parameters);

    /** Frees what this object owns. */
    @Override
    default void close() {}
}
