package io.flowmap.engine;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array of a program. It is either bound from the start (inputs, parameters, constants, requested outputs), or a reshaped view of
 * another value, or computed into a buffer that the plan assigns.
 */
final class Value {
    private final int id;
    private final long[] shape;
    private final DataType type;
    private final Value viewOf;
    private INDArray array;
    private boolean constant;

    Value(int id, long[] shape, DataType type, Value viewOf) {
        this.id = id;
        this.shape = shape;
        this.type = type;
        this.viewOf = viewOf;
    }

    int id() {
        return id;
    }

    long[] shape() {
        return shape;
    }

    DataType type() {
        return type;
    }

    long length() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** The value whose buffer this value shares, or this value itself. */
    Value root() {
        return viewOf == null ? this : viewOf.root();
    }

    boolean isConstant() {
        return viewOf == null ? constant : root().constant;
    }

    boolean isBound() {
        return root().array != null;
    }

    /** Binds the buffer of the root. {@code array} has the shape of this value. */
    void bind(INDArray bound) {
        array = bound;
    }

    void bindConstant(INDArray bound) {
        array = bound;
        constant = true;
    }

    INDArray array() {
        if (array == null && viewOf != null) {
            array = viewOf.array().reshape('c', shape);
        }
        return array;
    }
}
