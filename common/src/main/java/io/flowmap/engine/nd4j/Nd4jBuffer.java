package io.flowmap.engine.nd4j;

import io.flowmap.engine.Buffer;
import io.flowmap.engine.Type;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A buffer that is an ND4J array, on the host or a GPU. */
record Nd4jBuffer(INDArray array) implements Buffer {
    /** The elements from number {@code offset} on as an array of this shape. */
    INDArray shaped(long offset, long[] shape) {
        if (Arrays.equals(array.shape(), shape)) {
            return array;
        }
        long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return array.length() == length
                ? array.reshape('c', shape)
                : array.reshape('c', new long[] {array.length()})
                        .get(NDArrayIndex.interval(offset, offset + length))
                        .reshape('c', shape);
    }

    @Override
    public Type type() {
        return Type.of(array.dataType());
    }

    @Override
    public long length() {
        return array.length();
    }

    @Override
    public double[] values() {
        return array.data().asDouble();
    }

    @Override
    public void close() {
        array.close();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Nd4jBuffer buffer && buffer.array == array;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(array);
    }
}
