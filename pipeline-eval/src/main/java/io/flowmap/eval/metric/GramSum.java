package io.flowmap.eval.metric;

import org.bytedeco.javacpp.DoublePointer;

/** A growing sum of outer products in native memory, into which BLAS adds without copies. */
final class GramSum implements AutoCloseable {
    private final int dimension;
    private final DoublePointer gram;
    private DoublePointer rows = new DoublePointer();

    GramSum(int dimension) {
        this.dimension = dimension;
        this.gram = new DoublePointer((long) dimension * dimension);
        gram.put(new double[dimension * dimension]);
    }

    /** Adds A'A of A [count, D]. */
    void add(double[] a, int count) {
        if (rows.capacity() < a.length) {
            rows.close();
            rows = new DoublePointer(a.length);
        }
        rows.put(a);
        Lapack.addGram(gram, rows, count, dimension);
    }

    /** Adds a sum [D, D]. */
    void add(double[] matrix) {
        var sum = gram();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += matrix[i];
        }
        gram.put(sum);
    }

    /** The sum [D, D], its upper triangle valid. */
    double[] gram() {
        var matrix = new double[dimension * dimension];
        gram.get(matrix);
        return matrix;
    }

    @Override
    public void close() {
        gram.close();
        rows.close();
    }
}
