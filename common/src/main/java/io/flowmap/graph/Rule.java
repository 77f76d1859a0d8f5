package io.flowmap.graph;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Rule of one op: the shape of its result, its two derivatives, which are emitted into the same graph, and what a compiler wants to know of
 * it.
 */
interface Rule {
    /** Shape of the op's first output. */
    long[] shape(Node op);

    /** Tangent of the output for input tangents {@code dx}. Null stands for a zero tangent. */
    SDVariable tangent(Node op, SDVariable[] dx);

    /** Cotangents of the inputs for the output cotangent {@code dy}. Null for an input that the output does not depend on. */
    SDVariable[] cotangent(Node op, SDVariable dy);

    /** Products that one evaluation sums, each counted once; 0 for ops of lower order. */
    default long multiplyAdds(Node op) {
        return 0;
    }

    /** Whether each element of the output depends on the elements at its own place alone, so that it may be written over one of them. */
    default boolean isElementwise() {
        return false;
    }
}
