package io.flowmap.graph;

import org.nd4j.autodiff.samediff.SDVariable;

/** What the transforms know of one op: the shape of its result and its two derivatives, emitted into the same graph. */
interface Rule {
    /** Shape of the op's first output. */
    long[] shape(Node op);

    /** Tangent of the output for input tangents {@code dx}; null stands for a zero tangent. */
    SDVariable tangent(Node op, SDVariable[] dx);

    /** Cotangents of the inputs for output cotangent {@code dy}; null where the output does not depend on an input. */
    SDVariable[] cotangent(Node op, SDVariable dy);
}
