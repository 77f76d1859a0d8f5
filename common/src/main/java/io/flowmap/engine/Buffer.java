package io.flowmap.engine;

/** Memory of a backend: elements of one type, in C order. Two buffers are equal if they are the same memory. */
public interface Buffer extends AutoCloseable {
    Type type();

    /** Number of elements. */
    long length();

    default long bytes() {
        return length() * type().bytes();
    }

    /** The elements as numbers. */
    double[] values();

    @Override
    void close();
}
