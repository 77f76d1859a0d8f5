package io.flowmap.engine;

import java.util.Arrays;

/**
 * An array of a program: a leaf, the result of an instruction, or a view of another value, which has its elements or a contiguous part of
 * them in a shape of its own. Values are equal by identity.
 */
public final class Value {
    /** Where the elements come from. */
    public enum Source {
        /** Bound by the caller and read on each run: placeholders, parameters. */
        INPUT,
        /** Known when the program is compiled. */
        CONSTANT,
        /** Written by an instruction. */
        COMPUTED
    }

    private final int id;
    private final long[] shape;
    private final Type type;
    private final Source source;
    private final Value viewOf;
    private final long offset;

    private Value(int id, long[] shape, Type type, Source source, Value viewOf, long offset) {
        this.id = id;
        this.shape = shape;
        this.type = type;
        this.source = source;
        this.viewOf = viewOf;
        this.offset = offset;
    }

    static Value of(int id, long[] shape, Type type, Source source) {
        return new Value(id, shape, type, source, null, 0);
    }

    /** Elements of another value from number {@code offset} on, in a shape. */
    static Value view(int id, Value value, long offset, long[] shape) {
        return new Value(id, shape, value.type, value.source, value, offset);
    }

    int id() {
        return id;
    }

    public long[] shape() {
        return shape;
    }

    public Type type() {
        return type;
    }

    /** Number of elements. */
    public long length() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    long bytes() {
        return length() * type.bytes();
    }

    /** The value whose buffer this value shares, or this value itself. */
    public Value root() {
        return viewOf == null ? this : viewOf.root();
    }

    /** Number of the root's elements before the first of this value. */
    public long offset() {
        return viewOf == null ? 0 : viewOf.offset() + offset;
    }

    /** Whether it has all elements of its root. */
    boolean isWhole() {
        return length() == root().length();
    }

    boolean isConstant() {
        return source == Source.CONSTANT;
    }

    @Override
    public String toString() {
        return "value " + id + " " + type + Arrays.toString(shape);
    }
}
