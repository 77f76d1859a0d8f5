package io.flowmap.distill.train;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A flat native float32 array with bulk copies from and to heap arrays. */
final class FlatArray implements AutoCloseable {
    private final INDArray array;

    FlatArray(int length) {
        this.array = Nd4j.createUninitializedDetached(DataType.FLOAT, length);
        fill(new float[length]);
    }

    INDArray array() {
        return array;
    }

    void fill(float[] values) {
        pointer().put(values, 0, values.length);
    }

    void copyTo(float[] values) {
        pointer().get(values, 0, values.length);
    }

    private FloatPointer pointer() {
        return (FloatPointer) array.data().pointer();
    }

    @Override
    public void close() {
        array.close();
    }
}
