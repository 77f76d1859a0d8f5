package io.flowmap.model;

import io.flowmap.data.LatentShape;
import io.flowmap.flow.NetworkField;
import io.flowmap.nn.FlatParameters;
import java.io.Serializable;

/** Everything that turns a network's arrays into a field. */
public interface FieldSpec extends Serializable {
    /** The network and its preconditioning. */
    NetworkField field();

    /** Shape of a sample in the data: an image [C,H,W] or a point [D]. */
    long[] sample();

    /** Shape of a sample in a split of the data whose latents have this shape; by default {@link #sample()}. */
    default long[] sample(LatentShape of) {
        return sample();
    }

    /** The network's arrays as parts of a flat vector. */
    default FlatParameters parameters() {
        return field().network().parameters();
    }
}
