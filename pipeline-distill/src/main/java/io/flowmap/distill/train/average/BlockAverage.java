package io.flowmap.distill.train.average;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A block after averaging, or a worker's report passed through.
 *
 * @param key block key, or number of blocks + worker for a report
 * @param mean the average, null for a report
 * @param squaredNorm sum of the squared mean values
 * @param squaredDistance sum over workers and values of the squared distance from the mean
 * @param report bytes of a report, null for a block
 */
record BlockAverage(int key, float[] mean, double squaredNorm, double squaredDistance, byte[] report) {
    /** Small enough for the first-level cache. It fixes the order of the sums, and so their bits. */
    private static final int CHUNK = 2048;

    private static final int HEADER = Byte.BYTES + Integer.BYTES + 2 * Double.BYTES;

    static BlockAverage report(int key, byte[] report) {
        return new BlockAverage(key, null, 0, 0, report);
    }

    /**
     * The mean of {@code parts}, ordered by worker: summed in float64 in that order, rounded once.
     *
     * @param measured whether to compute norm and distance; otherwise they are 0
     */
    static BlockAverage of(int key, BlockPart[] parts, boolean measured) {
        var mean = new float[parts[0].size()];
        var sum = new double[CHUNK];
        var values = new float[CHUNK];
        double inverse = 1.0 / parts.length;
        for (int from = 0; from < mean.length; from += CHUNK) {
            int count = Math.min(CHUNK, mean.length - from);
            Arrays.fill(sum, 0);
            for (var part : parts) {
                part.values().get(part.from() + from, values, 0, count);
                add(values, sum, count);
            }
            for (int i = 0; i < count; i++) {
                mean[from + i] = (float) (sum[i] * inverse);
            }
        }
        if (!measured) {
            return new BlockAverage(key, mean, 0, 0, null);
        }
        double distance = 0;
        for (var part : parts) {
            distance += Squares.distance(part.values(), part.from(), mean);
        }
        return new BlockAverage(key, mean, Squares.sum(mean), distance, null);
    }

    private static void add(float[] values, double[] sum, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += values[i];
        }
    }

    /** The form in which it travels, since serialization encodes floats one by one. */
    byte[] toBytes() {
        int payload = report == null ? 4 * mean.length : report.length;
        var bytes = ByteBuffer.allocate(HEADER + payload).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) (report == null ? 0 : 1))
                .putInt(key)
                .putDouble(squaredNorm)
                .putDouble(squaredDistance);
        if (report == null) {
            bytes.asFloatBuffer().put(mean);
        } else {
            bytes.put(report);
        }
        return bytes.array();
    }

    static BlockAverage of(byte[] travelled) {
        var bytes = ByteBuffer.wrap(travelled).order(ByteOrder.LITTLE_ENDIAN);
        boolean isReport = bytes.get() == 1;
        int key = bytes.getInt();
        double norm = bytes.getDouble();
        double distance = bytes.getDouble();
        if (isReport) {
            return report(key, Arrays.copyOfRange(travelled, HEADER, travelled.length));
        }
        var mean = new float[(travelled.length - HEADER) / Float.BYTES];
        bytes.asFloatBuffer().get(mean);
        return new BlockAverage(key, mean, norm, distance, null);
    }
}
