package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.TensorData;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array as a view into a storage.
 *
 * @param storage elements of the array
 * @param offset index of its first element in the storage
 * @param shape dimensions, empty for a scalar
 * @param strides strides in elements, not negative
 */
record ArrayView(Storage storage, long offset, long[] shape, long[] strides) {
    private static final int MAX_DIMENSIONS = 32;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    ArrayView {
        if (shape.length > MAX_DIMENSIONS || strides.length != shape.length) {
            throw new IllegalArgumentException("expected a stride for each of at most " + MAX_DIMENSIONS
                    + " dimensions, got " + strides.length + " for " + shape.length);
        }
        if (offset < 0
                || Arrays.stream(shape).anyMatch(n -> n < 0)
                || Arrays.stream(strides).anyMatch(n -> n < 0)) {
            throw new IllegalArgumentException("expected offset, shape and strides >= 0, got " + offset + ", "
                    + Arrays.toString(shape) + " and " + Arrays.toString(strides));
        }
    }

    /** A storage as an array in C order. */
    static ArrayView of(Storage storage, long... shape) {
        return new ArrayView(storage, 0, shape, contiguous(shape));
    }

    /** Strides of C order. Throws {@link IllegalArgumentException} if they do not fit a long. */
    static long[] contiguous(long... shape) {
        var strides = new long[shape.length];
        long next = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = next;
            try {
                next = Math.multiplyExact(next, Math.max(1, shape[i]));
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(
                        "expected strides below 2^63, got shape " + Arrays.toString(shape), e);
            }
        }
        return strides;
    }

    TensorData.Type type() {
        return storage.type();
    }

    /** Size in bytes in C order. */
    long bytes() {
        return TensorData.length(type(), shape);
    }

    /**
     * Throws {@link IllegalArgumentException} unless the storage holds all elements. Also refuses a view that is larger than its storage
     * (strides of 0): otherwise a few bytes could request any amount of memory.
     */
    void requireWithinStorage() {
        long count = bytes() / type().bytes();
        if (count > storage.elements() || count > 0 && last() >= storage.elements()) {
            throw new IllegalArgumentException("expected an array within its storage of " + storage.elements()
                    + " elements, got shape " + Arrays.toString(shape) + " with strides " + Arrays.toString(strides)
                    + " from " + offset);
        }
        storage.data();
    }

    /** Index of the last element, {@code Long.MAX_VALUE} on overflow. */
    private long last() {
        try {
            long last = offset;
            for (int i = 0; i < shape.length; i++) {
                last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
            }
            return last;
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** The elements in C order, little endian. */
    TensorData read() throws IOException {
        requireWithinStorage();
        long span = span();
        if (Math.max(span, bytes()) > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "expected an array below 2 GiB, got " + Math.max(span, bytes()) + " bytes");
        }
        var bytes = span == 0 ? new byte[0] : storage.data().read(offset * type().bytes(), (int) span);
        var ordered =
                span == bytes() && Arrays.equals(normal(strides), normal(contiguous(shape))) ? bytes : gather(bytes);
        if (storage.order() == ByteOrder.BIG_ENDIAN) {
            swap(ordered, type().bytes());
        }
        return new TensorData(type(), shape, ordered);
    }

    /** Number of bytes from the first to the last element. */
    private long span() {
        if (bytes() == 0) {
            return 0;
        }
        long elements = 1;
        for (int i = 0; i < shape.length; i++) {
            elements += (shape[i] - 1) * strides[i];
        }
        return elements * type().bytes();
    }

    /** Strides with 0 for dimensions of size 1, whose stride does not matter. */
    private long[] normal(long[] of) {
        var normal = of.clone();
        for (int i = 0; i < normal.length; i++) {
            normal[i] = shape[i] == 1 ? 0 : normal[i];
        }
        return normal;
    }

    private byte[] gather(byte[] from) {
        int size = type().bytes();
        var to = new byte[(int) bytes()];
        var index = new long[shape.length];
        long at = 0;
        for (int next = 0; next < to.length; next += size) {
            System.arraycopy(from, (int) at * size, to, next, size);
            for (int i = shape.length - 1; i >= 0; i--) {
                at += strides[i];
                if (++index[i] < shape[i]) {
                    break;
                }
                at -= index[i] * strides[i];
                index[i] = 0;
            }
        }
        return to;
    }

    private static void swap(byte[] bytes, int size) {
        for (int from = 0; from < bytes.length; from += size) {
            for (int i = 0; i < size / 2; i++) {
                byte low = bytes[from + i];
                bytes[from + i] = bytes[from + size - 1 - i];
                bytes[from + size - 1 - i] = low;
            }
        }
    }
}
