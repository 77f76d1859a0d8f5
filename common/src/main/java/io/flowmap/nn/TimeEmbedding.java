package io.flowmap.nn;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A network's embedding of its noise label c: emb(c) = W features(c), features_i(c) = sqrt(2) cos(f_i c + phi_i). {@code prepare-teacher}
 * fits it to another label.
 */
public interface TimeEmbedding {
    /** Emits emb(c) [N,E] for labels c [N], with W normalised to unit rows. */
    SDVariable of(Scope scope, SDVariable noise);

    /** Name of f [n] among the network's arrays. */
    String frequencies();

    /** Name of phi [n]. */
    String phases();

    /** Name of W [E,n]. */
    String weight();
}
