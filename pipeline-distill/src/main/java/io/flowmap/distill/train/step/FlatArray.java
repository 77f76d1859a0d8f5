package io.flowmap.distill.train.step;

import io.flowmap.tensor.Floats;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A flat native float32 vector that programs use where it lies. On a GPU it is read and written through host memory. Several owners may
 * share it; the memory is freed when the last of them closes it.
 */
public final class FlatArray implements Floats, AutoCloseable {
    private static final int PAGE_BITS = 28;
    /** A Java buffer has at most 2^31 - 1 bytes, so that a long vector needs several. */
    private static final int PAGE = 1 << PAGE_BITS;

    private final INDArray array;
    private final FloatBuffer[] pages;
    private final AtomicInteger owners = new AtomicInteger(1);

    /** A vector of zeros. */
    public FlatArray(int length) {
        this(Nd4j.createUninitializedDetached(DataType.FLOAT, length));
        var zeros = new float[Math.min(length, 1 << 16)];
        for (int from = 0; from < length; from += zeros.length) {
            put(from, zeros, 0, Math.min(zeros.length, length - from));
        }
    }

    private FlatArray(INDArray array) {
        this.array = array;
        this.pages = pages((FloatPointer) array.data().pointer(), length());
    }

    /** A flat array that the caller keeps, not a view into another, as such a vector. */
    public static FlatArray of(INDArray flat) {
        return new FlatArray(flat);
    }

    private static FloatBuffer[] pages(FloatPointer pointer, int length) {
        var pages = new FloatBuffer[(length - 1) / PAGE + 1];
        for (int page = 0; page < pages.length; page++) {
            long from = (long) page * PAGE;
            pages[page] = new FloatPointer(pointer)
                    .position(pointer.position() + from)
                    .limit(pointer.position() + Math.min(length, from + PAGE))
                    .asBuffer();
        }
        return pages;
    }

    /** The vector for programs. */
    public INDArray array() {
        return array;
    }

    @Override
    public int length() {
        return (int) array.length();
    }

    @Override
    public void get(int from, float[] target, int at, int count) {
        Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
        for (int done = 0; done < count; ) {
            int start = from + done;
            int part = Math.min(count - done, PAGE - (start & PAGE - 1));
            pages[start >> PAGE_BITS].get(start & PAGE - 1, target, at + done, part);
            done += part;
        }
    }

    @Override
    public void put(int from, float[] values, int at, int count) {
        for (int done = 0; done < count; ) {
            int start = from + done;
            int part = Math.min(count - done, PAGE - (start & PAGE - 1));
            pages[start >> PAGE_BITS].put(start & PAGE - 1, values, at + done, part);
            done += part;
        }
        Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
    }

    /** Adds an owner, who closes the vector too. */
    public FlatArray shared() {
        owners.incrementAndGet();
        return this;
    }

    @Override
    public void close() {
        if (owners.decrementAndGet() == 0) {
            array.close();
        }
    }
}
