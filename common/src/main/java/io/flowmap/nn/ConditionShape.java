package io.flowmap.nn;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names and per-sample shapes of the arrays that samples are conditioned on. {@link #CLASS} is a one-hot row [L], {@link #WORDS} a one-hot
 * row for each word of a caption [T,V]; others depend on the data, such as "text" [T,D] or "pooled" [P].
 *
 * @param arrays in the order of their names
 */
public record ConditionShape(Map<String, List<Integer>> arrays) implements Serializable {
    /** Name of the class array. */
    public static final String CLASS = "class";

    /** Name of the array of a caption's words. Places after the last word are zero. */
    public static final String WORDS = "words";

    public static final ConditionShape NONE = new ConditionShape(Map.of());

    @JsonCreator
    public ConditionShape {
        arrays = new TreeMap<>(arrays);
        arrays.replaceAll((name, shape) -> List.copyOf(shape));
        arrays.forEach((name, shape) -> {
            if (!name.matches("[a-z][a-z0-9_-]*")
                    || shape.isEmpty()
                    || shape.stream().anyMatch(n -> n < 1)) {
                throw new IllegalArgumentException(
                        "expected lower-case names and positive dimensions of a condition, got " + name + " " + shape);
            }
        });
    }

    /** The shape for a class out of {@code classes}; {@link #NONE} for 0. */
    public static ConditionShape classes(int classes) {
        return classes == 0 ? NONE : new ConditionShape(Map.of(CLASS, List.of(classes)));
    }

    @JsonValue
    Map<String, List<Integer>> json() {
        return arrays;
    }

    public boolean isEmpty() {
        return arrays.isEmpty();
    }

    /** Whether there is an array with this name. */
    public boolean has(String name) {
        return arrays.containsKey(name);
    }

    /** Number of classes; 0 if there is no class. */
    public int classes() {
        return has(CLASS) ? arrays.get(CLASS).get(0) : 0;
    }

    /** The arrays with these names; missing names are ignored. */
    public ConditionShape only(List<String> names) {
        var kept = new TreeMap<>(arrays);
        kept.keySet().retainAll(names);
        return new ConditionShape(kept);
    }

    /** Number of elements of all arrays of a sample. */
    public int size() {
        return arrays.keySet().stream().mapToInt(this::size).sum();
    }

    /** Number of elements of one array of a sample. */
    public int size(String name) {
        return arrays.get(name).stream().reduce(1, Math::multiplyExact);
    }

    /** Number of values that data hold of one array of a sample: of {@link #WORDS} the number of each word, of others all elements. */
    public int stored(String name) {
        return name.equals(WORDS) ? arrays.get(name).get(0) : size(name);
    }

    /** Whether an array is zero where a condition is dropped: the class and the words of a caption. */
    public static boolean isZeroWhenDropped(String name) {
        return name.equals(CLASS) || name.equals(WORDS);
    }

    /** Shape [N,...] of an array for N samples. */
    public long[] of(long n, String name) {
        var shape = arrays.get(name);
        var batch = new long[shape.size() + 1];
        batch[0] = n;
        for (int i = 0; i < shape.size(); i++) {
            batch[i + 1] = shape.get(i);
        }
        return batch;
    }

    @Override
    public String toString() {
        return arrays.isEmpty() ? "no condition" : arrays.toString();
    }
}
