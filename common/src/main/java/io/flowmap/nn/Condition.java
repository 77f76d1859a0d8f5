package io.flowmap.nn;

import io.flowmap.graph.Shapes;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The condition of a batch, as variables of a graph. It comes from the data. Guidance weights are drawn and are kept separately.
 *
 * @param arrays [N,...] by the names of {@link ConditionShape}, in their order; the class as one-hot rows
 * @param nulls what stands in the place of an array that is dropped, [1,...] by name: of texts the encoding of an empty one. Zeros for names
 *     that are missing, such as class and words.
 */
public record Condition(Map<String, SDVariable> arrays, Map<String, SDVariable> nulls) {
    public static final Condition NONE = new Condition(Map.of());

    public Condition {
        arrays = new TreeMap<>(arrays);
        nulls = new TreeMap<>(nulls);
    }

    /** A condition that is zero where it is dropped. */
    public Condition(Map<String, SDVariable> arrays) {
        this(arrays, Map.of());
    }

    /** The array with this name. Throws {@link IllegalArgumentException} if there is none. */
    public SDVariable get(String name) {
        SDVariable array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("expected a condition with " + name + ", got " + arrays.keySet());
        }
        return array;
    }

    public boolean isEmpty() {
        return arrays.isEmpty();
    }

    /** The arrays that a shape names. */
    public Condition only(ConditionShape shape) {
        var kept = new TreeMap<>(arrays);
        kept.keySet().retainAll(shape.arrays().keySet());
        return new Condition(kept, nulls);
    }

    /** The same batch without condition: each array is its null, the input of a network for dropped conditions. */
    public Condition unconditional(Shapes shapes, DataType type) {
        var without = new TreeMap<>(arrays);
        without.replaceAll((name, array) -> {
            SDVariable zeros = shapes.zero(type, shapes.of(array));
            return nulls.containsKey(name) ? zeros.add(nulls.get(name)) : zeros;
        });
        return new Condition(without, nulls);
    }

    /** All arrays of each sample concatenated, [N, size]. Throws {@link IllegalArgumentException} if there are none. */
    public SDVariable rows(Scope scope) {
        if (arrays.isEmpty()) {
            throw new IllegalArgumentException("expected a condition, got none");
        }
        var rows = arrays.values().stream()
                .map(array -> {
                    long[] shape = scope.shape(array);
                    long size = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
                    return shape.length == 2 ? array : scope.reshape(array, shape[0], size);
                })
                .toArray(SDVariable[]::new);
        return rows.length == 1 ? rows[0] : scope.graph().concat(1, rows);
    }
}
