package io.flowmap.distill.train.step;

import io.flowmap.nn.FlatParameters;
import io.flowmap.nn.ForcedNormalisation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Projection of a flat parameter vector onto its constraint set, such as EDM2's unit rows (forced weight normalisation). */
public interface Normalisation extends AutoCloseable {
    /** Normalises the flat float32 vector {@code parameters} [P] in place; does nothing for networks without such a constraint. */
    void normalise(INDArray parameters);

    /** Forced weight normalisation of the network with these parameters. */
    static Normalisation unitRows(FlatParameters parameters) {
        return flat -> ForcedNormalisation.apply(parameters, FlatArray.of(flat));
    }

    /** Frees native memory. */
    @Override
    default void close() {}
}
