package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of a joined layer's B that belong to one of its parts.
 *
 * @param from the first of them
 * @param count number of columns; 0 for none
 */
record Columns(int from, int count) {
    /**
     * The columns of each part, by its name. If each column has numbers in the rows of one part alone, and these parts follow each other,
     * as training of q, k and v apart leaves them, each part has its own; else every part that has numbers at all has all columns.
     */
    static Map<String, Columns> of(FluxModule module, Adapter adapter) {
        var used = new LinkedHashMap<String, boolean[]>();
        for (var part : module.parts()) {
            used.put(part.name(), used(Rows.slice(adapter.b(), part.from(), part.rows())));
        }
        int rank = adapter.rank();
        boolean nothing = used.values().stream().noneMatch(Columns::any);
        var own = own(used, rank);
        if (own != null) {
            return own;
        }
        var all = new LinkedHashMap<String, Columns>();
        used.forEach((name, columns) -> all.put(name, new Columns(0, nothing || any(columns) ? rank : 0)));
        return all;
    }

    /** Consecutive columns of each part; null if parts share some, or a column belongs to none. */
    private static Map<String, Columns> own(Map<String, boolean[]> used, int rank) {
        var own = new LinkedHashMap<String, Columns>();
        int next = 0;
        for (var part : used.entrySet()) {
            int from = next;
            while (next < rank && part.getValue()[next]) {
                next++;
            }
            for (int column = 0; column < rank; column++) {
                if (part.getValue()[column] && (column < from || column >= next)) {
                    return null;
                }
            }
            own.put(part.getKey(), new Columns(from, next - from));
        }
        return next == rank ? own : null;
    }

    private static boolean any(boolean[] columns) {
        for (boolean column : columns) {
            if (column) {
                return true;
            }
        }
        return false;
    }

    /** Which columns have a number other than zero. */
    private static boolean[] used(TensorData b) {
        var values = b.doubles();
        var used = new boolean[(int) b.shape()[1]];
        for (int i = 0; i < values.length; i++) {
            used[i % used.length] |= values[i] != 0;
        }
        return used;
    }

    /** Some columns of a matrix. */
    static TensorData slice(TensorData matrix, int from, int count) {
        var grid = new Grid(matrix.type(), matrix.shape()[0], count);
        int size = matrix.type().bytes();
        int width = (int) matrix.shape()[1] * size;
        for (int row = 0; row < matrix.shape()[0]; row++) {
            System.arraycopy(matrix.bytes(), row * width + from * size, grid.bytes, row * count * size, count * size);
        }
        return grid.data();
    }

    /** The type that holds the numbers of all arrays: their own if they have one type, else float32. */
    static TensorData.Type type(List<TensorData> arrays) {
        var types = arrays.stream().map(TensorData::type).distinct().toList();
        return types.size() == 1 ? types.get(0) : TensorData.Type.FLOAT32;
    }

    /** The arrays in their common type. */
    static List<TensorData> alike(List<TensorData> arrays) {
        var type = type(arrays);
        return arrays.stream().map(array -> in(type, array)).toList();
    }

    private static TensorData in(TensorData.Type type, TensorData array) {
        return array.type() == type
                ? array
                : new TensorData(type, array.shape(), TensorData.bytes(type, array.doubles()));
    }

    /** A matrix of zeros that blocks are put into. */
    static final class Grid {
        private final TensorData.Type type;
        private final long[] shape;
        private final byte[] bytes;

        Grid(TensorData.Type type, long rows, int columns) {
            this.type = type;
            this.shape = new long[] {rows, columns};
            this.bytes = new byte[Math.toIntExact(TensorData.length(type, shape))];
        }

        /** Puts a block, or a vector as a column, with its first element at a place. */
        void put(long row, int column, TensorData block) {
            var values = in(type, block).bytes();
            int rows = (int) block.shape()[0];
            int width = rows == 0 ? 0 : values.length / rows;
            int line = (int) shape[1] * type.bytes();
            for (int i = 0; i < rows; i++) {
                System.arraycopy(values, i * width, bytes, ((int) row + i) * line + column * type.bytes(), width);
            }
        }

        TensorData data() {
            return new TensorData(type, shape, Arrays.copyOf(bytes, bytes.length));
        }
    }
}
