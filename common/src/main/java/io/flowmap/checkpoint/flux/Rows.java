package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import java.util.Arrays;
import java.util.List;

/** Rows of arrays in C order, moved without a look at their numbers. The first dimension counts the rows. */
final class Rows {
    private Rows() {}

    /** Some rows of an array. */
    static TensorData slice(TensorData array, long from, long rows) {
        int size = array.shape()[0] == 0 ? 0 : (int) (array.bytes().length / array.shape()[0]);
        return new TensorData(
                array.type(),
                shape(array, rows),
                Arrays.copyOfRange(array.bytes(), (int) from * size, (int) (from + rows) * size));
    }

    /** The rows of several arrays of one type, one after the other. Throws {@link IllegalArgumentException} if types differ. */
    static TensorData join(List<TensorData> arrays) {
        var first = arrays.get(0);
        if (arrays.stream().anyMatch(array -> array.type() != first.type())) {
            throw new IllegalArgumentException("expected arrays of one type, got "
                    + arrays.stream().map(TensorData::type).toList());
        }
        var bytes =
                new byte[arrays.stream().mapToInt(array -> array.bytes().length).reduce(0, Math::addExact)];
        int at = 0;
        for (var array : arrays) {
            System.arraycopy(array.bytes(), 0, bytes, at, array.bytes().length);
            at += array.bytes().length;
        }
        return new TensorData(
                first.type(),
                shape(
                        first,
                        arrays.stream().mapToLong(array -> array.shape()[0]).sum()),
                bytes);
    }

    /** The second half of the rows before the first. */
    static TensorData swapHalves(TensorData array) {
        long half = array.shape()[0] / 2;
        return join(List.of(slice(array, half, array.shape()[0] - half), slice(array, 0, half)));
    }

    private static long[] shape(TensorData like, long rows) {
        var shape = like.shape().clone();
        shape[0] = rows;
        return shape;
    }
}
