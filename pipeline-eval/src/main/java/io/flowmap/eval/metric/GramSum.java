package io.flowmap.eval.metric;

import org.bytedeco.javacpp.DoublePointer;

/** A growing sum of outer products of rows in native memory. Rows wait until there are {@value #WAITING}, as many as one product is fast for. */
final class GramSum implements AutoCloseable {
    private static final int WAITING = 4096;

    private final int dimension;
    private final DoublePointer gram;
    private final DoublePointer rows;
    private int waiting;

    GramSum(int dimension) {
        this.dimension = dimension;
        this.gram = new DoublePointer((long) dimension * dimension);
        this.rows = new DoublePointer((long) WAITING * dimension);
        gram.put(new double[dimension * dimension]);
    }

    /** Adds A'A of A [count, D]. */
    void add(double[] a, int count) {
        for (int taken = 0; taken < count; ) {
            int now = Math.min(count - taken, WAITING - waiting);
            rows.position((long) waiting * dimension).put(a, taken * dimension, now * dimension);
            taken += now;
            waiting += now;
            if (waiting == WAITING) {
                flush();
            }
        }
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
        flush();
        var matrix = new double[dimension * dimension];
        gram.get(matrix);
        return matrix;
    }

    @Override
    public void close() {
        gram.close();
        rows.position(0).close();
    }

    private void flush() {
        Lapack.addGram(gram, rows.position(0), waiting, dimension);
        waiting = 0;
    }
}
