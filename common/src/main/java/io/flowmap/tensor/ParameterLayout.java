package io.flowmap.tensor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Positions of parameters in a flat vector: entries in order, without gaps, in C order.
 *
 * @param entries one entry for each parameter
 */
public record ParameterLayout(List<Entry> entries) implements Serializable {
    /**
     * One parameter.
     *
     * @param name unique name within the layout
     * @param shape dimensions, empty for a scalar
     * @param offset index of its first element in the flat vector
     */
    public record Entry(String name, long[] shape, long offset) implements Serializable {
        public Entry {
            if (name == null || shape == null) {
                throw new IllegalArgumentException("expected name and shape of a parameter, got null");
            }
            if (Arrays.stream(shape).anyMatch(size -> size < 1) || offset < 0) {
                throw new IllegalArgumentException("expected positive dimensions and an offset >= 0 of parameter "
                        + name + ", got " + Arrays.toString(shape) + " at " + offset);
            }
            shape = shape.clone();
        }

        /** Number of elements. */
        public long length() {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry entry
                    && name.equals(entry.name)
                    && offset == entry.offset
                    && Arrays.equals(shape, entry.shape);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, offset, Arrays.hashCode(shape));
        }

        @Override
        public String toString() {
            return name + Arrays.toString(shape) + "@" + offset;
        }
    }

    public ParameterLayout {
        entries = List.copyOf(entries);
        var names = new HashSet<String>();
        long next = 0;
        for (var entry : entries) {
            if (entry.offset() != next || !names.add(entry.name())) {
                throw new IllegalArgumentException(
                        "expected unique names without gaps, got " + entry + " where offset " + next + " is next");
            }
            next = Math.addExact(next, entry.length());
        }
    }

    /** The layout for shapes by name, in their order. */
    public static ParameterLayout of(Map<String, long[]> shapes) {
        var entries = new ArrayList<Entry>();
        long next = 0;
        for (var shape : new LinkedHashMap<>(shapes).entrySet()) {
            var entry = new Entry(shape.getKey(), shape.getValue(), next);
            entries.add(entry);
            next = Math.addExact(next, entry.length());
        }
        return new ParameterLayout(entries);
    }

    /** A copy of an entry's values. The flat vector may be longer than the layout. */
    public static float[] values(float[] flat, Entry entry) {
        return Arrays.copyOfRange(flat, (int) entry.offset(), (int) (entry.offset() + entry.length()));
    }

    /** Number of elements of the flat vector. */
    public long length() {
        return entries.isEmpty()
                ? 0
                : entries.get(entries.size() - 1).offset()
                        + entries.get(entries.size() - 1).length();
    }

    /** The entry with this name. Throws {@link IllegalArgumentException} if there is none. */
    public Entry entry(String name) {
        return entries.stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected a parameter of the layout, got " + name));
    }

    /** The entry that contains an element of the flat vector. Throws {@link IndexOutOfBoundsException} if there is none. */
    public Entry at(long index) {
        for (var entry : entries) {
            if (index >= entry.offset() && index < entry.offset() + entry.length()) {
                return entry;
            }
        }
        throw new IndexOutOfBoundsException("expected an element below " + length() + ", got " + index);
    }
}
