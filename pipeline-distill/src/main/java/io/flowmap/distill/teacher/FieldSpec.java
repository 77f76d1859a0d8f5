package io.flowmap.distill.teacher;

import io.flowmap.flow.NetworkField;
import java.io.Serializable;

/** Everything that makes a network's arrays a field. Its text identifies it. */
public interface FieldSpec extends Serializable {
    /** The network and its preconditioning. */
    NetworkField field();

    /** Shape of a sample as the data has it: an image [C,H,W] or a point [D]. */
    long[] sample();
}
