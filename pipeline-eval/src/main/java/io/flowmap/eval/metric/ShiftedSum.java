package io.flowmap.eval.metric;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Count n, sum (x - c) and sum (x - c)(x - c)' of vectors x around a centre c, in native memory. With s = sum (x - c) / n the mean is
 * c + s and the scatter around it sum (x - c)(x - c)' - n s s'. Where c is the mean of n_1 of the vectors, no element of the scatter's
 * diagonal is below n_1 s_i^2, so that the difference cancels a factor of n / n_1 at most.
 */
final class ShiftedSum implements AutoCloseable {
    /** Rows that wait for one product, as many as it is fast for. */
    private static final int WAITING = 4096;

    private final double[] centre;
    private final double[] sums;
    private final DoublePointer gram;
    private final DoublePointer rows;
    private long count;
    private int waiting;

    ShiftedSum(double[] centre) {
        this.centre = centre;
        this.sums = new double[centre.length];
        this.gram = new DoublePointer((long) centre.length * centre.length);
        this.rows = new DoublePointer((long) WAITING * centre.length);
        Pointer.memset(gram, 0, gram.capacity() * Double.BYTES);
    }

    void add(FeatureBlock block) {
        Moments.requireDimension(centre.length, block.dimension());
        var row = new double[centre.length];
        for (int from = 0; from < block.features().length; from += row.length) {
            subtract(block.features(), from, row);
            rows.position((long) waiting * row.length).put(row);
            waiting++;
            if (waiting == WAITING) {
                flush();
            }
        }
        count += block.rows();
    }

    long count() {
        return count;
    }

    /** [D]. */
    double[] mean() {
        var mean = new double[centre.length];
        for (int j = 0; j < mean.length; j++) {
            mean[j] = centre[j] + sums[j] / count;
        }
        return mean;
    }

    /** The scatter around the mean [D, D], its upper triangle valid. */
    double[] scatter() {
        flush();
        int d = centre.length;
        var scatter = new double[d * d];
        gram.get(scatter);
        for (int i = 0; i < d; i++) {
            for (int j = i; j < d; j++) {
                scatter[i * d + j] -= sums[i] / count * sums[j];
            }
        }
        return scatter;
    }

    @Override
    public void close() {
        gram.close();
        rows.position(0).close();
    }

    /** x - c of one row, which is added to the sums. */
    private void subtract(float[] features, int from, double[] row) {
        for (int j = 0; j < row.length; j++) {
            row[j] = features[from + j] - centre[j];
            sums[j] += row[j];
        }
    }

    private void flush() {
        Lapack.addGram(gram, rows.position(0), waiting, centre.length);
        waiting = 0;
    }
}
