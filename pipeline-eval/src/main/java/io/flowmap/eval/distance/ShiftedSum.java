package io.flowmap.eval.distance;

import java.nio.DoubleBuffer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Count n, sum (x - c) and sum (x - c)(x - c)' of vectors x around a centre c, in native memory. With s = sum (x - c) / n the mean is c
 * + s, and the scatter around it is sum (x - c)(x - c)' - n s s'. If c is the mean of n_1 of the vectors, the scatter's diagonal
 * elements are at least n_1 s_i^2, so the difference loses a factor of n / n_1 at most to cancellation.
 */
final class ShiftedSum implements AutoCloseable {
    /** Rows buffered for one product; enough for the product to run at full speed. */
    private static final int WAITING = 2048;

    /** Columns per thread when a block is added. The sums do not depend on which thread takes which columns. */
    private static final int COLUMNS = 512;

    private final double[] centre;
    private final double[] sums;
    private final DoublePointer gram;
    private final DoublePointer rows;
    private final DoubleBuffer waitingRows;
    private long count;
    private int waiting;

    ShiftedSum(double[] centre) {
        this.centre = centre;
        this.sums = new double[centre.length];
        this.gram = new DoublePointer((long) centre.length * centre.length);
        this.rows = new DoublePointer((long) WAITING * centre.length);
        this.waitingRows = rows.asBuffer();
        Pointer.memset(gram, 0, gram.capacity() * Double.BYTES);
    }

    void add(FeatureBlock block) {
        Moments.requireDimension(centre.length, block.dimension());
        for (int from = 0; from < block.rows(); ) {
            int taken = Math.min(WAITING - waiting, block.rows() - from);
            subtract(block.features(), from, taken);
            from += taken;
            waiting += taken;
            if (waiting == WAITING) {
                flush();
            }
        }
        count += block.rows();
    }

    long count() {
        return count;
    }

    /** The mean [D]. */
    double[] mean() {
        var mean = new double[centre.length];
        for (int j = 0; j < mean.length; j++) {
            mean[j] = centre[j] + sums[j] / count;
        }
        return mean;
    }

    /** The scatter around the mean [D, D], with a valid upper triangle. */
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
        rows.close();
    }

    /** Buffers x - c for some rows and adds it to the sums. */
    private void subtract(float[] features, int from, int taken) {
        int d = centre.length;
        IntStream.range(0, (d + COLUMNS - 1) / COLUMNS).parallel().forEach(strip -> {
            int first = strip * COLUMNS;
            var row = new double[Math.min(COLUMNS, d - first)];
            for (int i = 0; i < taken; i++) {
                subtract(features, (from + i) * d + first, first, row);
                waitingRows.put((waiting + i) * d + first, row);
            }
        });
    }

    /** The same for one row, from column {@code first} on. */
    private void subtract(float[] features, int from, int first, double[] row) {
        for (int j = 0; j < row.length; j++) {
            row[j] = features[from + j] - centre[first + j];
            sums[first + j] += row[j];
        }
    }

    private void flush() {
        Lapack.addGram(gram, rows, waiting, centre.length);
        waiting = 0;
    }
}
