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
 * @param arrays other conditions by name, each [N,...]
 */
public record Conditions(int[] labels, Map<String, float[]> arrays) {
    public Conditions {
        arrays = new TreeMap<>(arrays);
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
                .forEach(name -> arrays.put(name, new float[n * shape.size(name)]));
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
     * are skipped.
     */
    public void copy(Conditions other, int from, int to, int n) {
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
     * A named array as network input, [N,...]: one-hot rows for the class, else the stored array. Throws {@link IllegalArgumentException}
     * if the records lack it.
     *
     * @param shape conditions of the network
     * @param loses rows whose condition is dropped, that is, set to zero like {@code Condition.unconditional}
     */
    public float[] array(String name, ConditionShape shape, IntPredicate loses) {
        int size = shape.size(name);
        var rows = new float[count() * size];
        for (int i = 0; i < count(); i++) {
            if (loses.test(i)) {
                continue;
            }
            if (!name.equals(ConditionShape.CLASS)) {
                System.arraycopy(of(name), i * size, rows, i * size, size);
            } else if (labels[i] >= 0) {
                rows[i * size + labels[i]] = 1;
            }
        }
        return rows;
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
