package io.flowmap.distill.prepare;

import io.flowmap.data.Conditions;
import io.flowmap.data.LatentData;
import io.flowmap.data.RecordCursor;
import io.flowmap.flow.NoiseLabel;
import io.flowmap.tensor.CounterRandom;

/**
 * Points x_t = (1-t) x_0 + t z of a split: sample i uses record i, its noise and time are keyed by (seed, i), and its time lies in bin
 * i mod 10 of EDM2's range of t. Not thread-safe.
 */
final class VelocityPoints {
    private static final long NOISE = 1;
    private static final long TIME = 2;
    private static final double EARLIEST = NoiseLabel.SIGMA_MIN / (1 + NoiseLabel.SIGMA_MIN);
    private static final double LATEST = NoiseLabel.SIGMA_MAX / (1 + NoiseLabel.SIGMA_MAX);

    private final LatentData data;
    private final CounterRandom random;
    private final RecordCursor records;

    VelocityPoints(LatentData data, long seed) {
        this.data = data;
        this.records = new RecordCursor(data);
        this.random = new CounterRandom(seed);
    }

    /**
     * Consecutive samples.
     *
     * @param xt points [N,C,H,W]
     * @param velocity z - x_0 [N,C,H,W]
     * @param t times [N]
     * @param conditions of each
     */
    record Points(float[] xt, float[] velocity, float[] t, Conditions conditions) {}

    static int bin(long sample) {
        return (int) (sample % MeasureConfig.BINS);
    }

    /** Left end of a bin of times; bin 10 gives the right end of the last bin. */
    static double edge(double bin) {
        return EARLIEST + (LATEST - EARLIEST) * bin / MeasureConfig.BINS;
    }

    /** Samples {@code first} to {@code first + n - 1}. After the last record, records repeat from the first. */
    Points read(long first, int n) {
        int size = data.shape().size();
        var points = new Points(
                new float[n * size], new float[n * size], new float[n], Conditions.allocate(n, data.condition()));
        for (int i = 0; i < n; i++) {
            fill(points, i, first + i);
        }
        return points;
    }

    private void fill(Points points, int row, long sample) {
        int record = records.seek(sample);
        var block = records.block();
        int size = data.shape().size();
        var z = new float[size];
        random.gaussians(z, 0, size, NOISE, sample);
        float t = (float) edge(bin(sample) + random.uniform(TIME, sample));
        for (int j = 0; j < size; j++) {
            float x0 = block.values()[record * size + j];
            points.xt()[row * size + j] = (1 - t) * x0 + t * z[j];
            points.velocity()[row * size + j] = z[j] - x0;
        }
        points.t()[row] = t;
        block.copyConditions(record, points.conditions(), row);
    }
}
