package io.flowmap.model;

import io.flowmap.flow.NetworkField;
import io.flowmap.nn.FlatParameters;
import java.io.Serializable;

/** Everything that makes a network's arrays a field. */
public interface FieldSpec extends Serializable {
    /** The network and its preconditioning. */
    NetworkField field();

    /** Shape of a sample as the data has it: an image [C,H,W] or a point [D]. */
    long[] sample();

    /** The network's arrays in its flat vector. */
    default FlatParameters parameters() {
        return field().network().parameters();
    }
}
