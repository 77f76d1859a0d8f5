package io.flowmap.distill.train.step;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A flat native float32 array with bulk copies from and to heap arrays. Arrays on a GPU are copied through host memory. */
public final class FlatArray implements AutoCloseable {
    private final INDArray array;

    public FlatArray(int length) {
        this.array = Nd4j.createUninitializedDetached(DataType.FLOAT, length);
        fill(new float[length]);
    }

    public INDArray array() {
        return array;
    }

    public void fill(float[] values) {
        fill(array, values);
    }

    /** Sets all elements of {@code array}. */
    public static void fill(INDArray array, float[] values) {
        host(array).put(values, 0, values.length);
        Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
    }

    public void copyTo(float[] values) {
        Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
        host(array).get(values, 0, values.length);
    }

    private static FloatPointer host(INDArray array) {
        return (FloatPointer) array.data().pointer();
    }

    @Override
    public void close() {
        array.close();
    }
}
