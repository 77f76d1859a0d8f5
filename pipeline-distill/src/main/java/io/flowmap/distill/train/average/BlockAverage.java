package io.flowmap.distill.train.average;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A block after averaging, or a worker's report passed through.
 *
 * @param key block key, or number of blocks + worker for a report
 * @param bytes averaged floats, little endian, or the report
 * @param squaredNorm sum of the squared mean values
 * @param squaredDistance sum over workers and values of the squared distance from the mean
 */
record BlockAverage(int key, byte[] bytes, double squaredNorm, double squaredDistance) implements Serializable {
    /** Small enough for the first-level cache. It fixes the order of the sums, and so their bits. */
    private static final int CHUNK = 2048;

    static BlockAverage report(int key, byte[] report) {
        return new BlockAverage(key, report, 0, 0);
    }

    /**
     * The mean of {@code parts}, ordered by worker: summed in float64 in that order, rounded once.
     *
     * @param measured whether to compute norm and distance; otherwise they are 0
     */
    static BlockAverage of(int key, BlockPart[] parts, boolean measured) {
        int size = parts[0].size();
        var mean = new float[size];
        var sum = new double[CHUNK];
        for (int from = 0; from < size; from += CHUNK) {
            int count = Math.min(CHUNK, size - from);
            Arrays.fill(sum, 0);
            for (var part : parts) {
                add(part.values(), part.from() + from, sum, count);
            }
            double inverse = 1.0 / parts.length;
            for (int i = 0; i < count; i++) {
                mean[from + i] = (float) (sum[i] * inverse);
            }
        }
        var bytes = new byte[4 * size];
        FloatBytes.toBytes(mean, 0, size, bytes);
        if (!measured) {
            return new BlockAverage(key, bytes, 0, 0);
        }
        double distance = 0;
        for (var part : parts) {
            distance += Squares.distance(part.values(), part.from(), mean);
        }
        return new BlockAverage(key, bytes, Squares.sum(mean), distance);
    }

    private static void add(float[] values, int from, double[] sum, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += values[from + i];
        }
    }
}
