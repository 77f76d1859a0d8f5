package io.flowmap.data;

import io.flowmap.nn.ConditionShape;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Conditions of N records.
 *
 * @param labels class of each record [N], -1 for none
 * @param arrays other conditions by name, each [N,...]; of {@link ConditionShape#WORDS} the numbers of the words [N,T], from 1, 0 for none
 * @param nulls what stands in the place of a record's array that is dropped, [...] by name: of texts the encoding of an empty one. Zeros for
 *     names that are missing.
 */
public record Conditions(int[] labels, Map<String, float[]> arrays, Map<String, float[]> nulls) {
    public Conditions {
        arrays = new TreeMap<>(arrays);
        nulls = new TreeMap<>(nulls);
    }

    /** Conditions that are zero where they are dropped. */
    public Conditions(int[] labels, Map<String, float[]> arrays) {
        this(labels, arrays, Map.of());
    }

    /** Conditions with classes only, -1 for none. */
    public static Conditions classes(int... labels) {
        return new Conditions(labels, Map.of());
    }

    /**
     * Conditions of samples {@code first} to {@code first + n - 1}, where sample i has class i mod {@code classes}; no class if {@code
     * classes} is 0.
     */
    public static Conditions inTurn(int classes, long first, int n) {
        var labels = new int[n];
        Arrays.setAll(labels, i -> classes == 0 ? -1 : (int) ((first + i) % classes));
        return classes(labels);
    }

    /** Conditions of n records without class, all arrays zero. */
    public static Conditions allocate(int n, ConditionShape shape) {
        var arrays = new TreeMap<String, float[]>();
        shape.arrays().keySet().stream()
                .filter(name -> !name.equals(ConditionShape.CLASS))
                .forEach(name -> arrays.put(name, new float[n * shape.stored(name)]));
        var labels = new int[n];
        Arrays.fill(labels, -1);
        return new Conditions(labels, arrays);
    }

    /** Number of records N. */
    public int count() {
        return labels.length;
    }

    /**
     * Copies {@code n} records of {@code other}, starting at {@code from}, to position {@code to} of this. Names that are missing in either
     * are skipped. Nulls come with them.
     */
    public void copy(Conditions other, int from, int to, int n) {
        nulls.putAll(other.nulls);
        System.arraycopy(other.labels, from, labels, to, n);
        arrays.forEach((name, values) -> {
            int size = values.length / labels.length;
            var given = other.arrays.get(name);
            if (given != null) {
                System.arraycopy(given, from * size, values, to * size, n * size);
            }
        });
    }

    /**
     * A named array as network input, [N,...]: one-hot rows for the class and for words, else the stored array. Throws {@link
     * IllegalArgumentException} if the records lack it.
     *
     * @param shape conditions of the network
     * @param loses rows whose condition is dropped, that is, set to its null like {@code Condition.unconditional}
     */
    public float[] array(String name, ConditionShape shape, IntPredicate loses) {
        int size = shape.size(name);
        var rows = new float[count() * size];
        for (int i = 0; i < count(); i++) {
            if (loses.test(i)) {
                var dropped = nulls.get(name);
                if (dropped != null) {
                    System.arraycopy(dropped, 0, rows, i * size, size);
                }
                continue;
            }
            switch (name) {
                case ConditionShape.CLASS -> set(rows, i * size, labels[i]);
                case ConditionShape.WORDS -> words(rows, i, shape);
                default -> System.arraycopy(of(name), i * size, rows, i * size, size);
            }
        }
        return rows;
    }

    private void words(float[] rows, int i, ConditionShape shape) {
        int length = shape.stored(ConditionShape.WORDS);
        int known = shape.size(ConditionShape.WORDS) / length;
        var numbers = of(ConditionShape.WORDS);
        for (int at = i * length; at < (i + 1) * length; at++) {
            set(rows, at * known, (int) numbers[at] - 1);
        }
    }

    private static void set(float[] rows, int from, int one) {
        if (one >= 0) {
            rows[from + one] = 1;
        }
    }

    private float[] of(String name) {
        var values = arrays.get(name);
        if (values == null) {
            throw new IllegalArgumentException("expected records with " + name + ", got " + arrays.keySet());
        }
        return values;
    }

    /** Size in bytes. */
    public long bytes() {
        return 4L * labels.length
                + arrays.values().stream()
                        .mapToLong(values -> 4L * values.length)
                        .sum();
    }
}
