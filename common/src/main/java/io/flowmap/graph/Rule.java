package io.flowmap.graph;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Rule of one op for shape inference and differentiation: the shape of its result and its two derivatives, which are emitted into the same
 * graph.
 */
interface Rule {
    /** Shape of the op's first output. */
    long[] shape(Node op);

    /** Tangent of the output for input tangents {@code dx}. Null stands for a zero tangent. */
    SDVariable tangent(Node op, SDVariable[] dx);

    /** Cotangents of the inputs for the output cotangent {@code dy}. Null for an input that the output does not depend on. */
    SDVariable[] cotangent(Node op, SDVariable dy);
}
