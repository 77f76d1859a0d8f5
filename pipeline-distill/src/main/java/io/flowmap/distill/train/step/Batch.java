package io.flowmap.distill.train.step;

import io.flowmap.tensor.CounterRandom;
import java.util.function.LongPredicate;
import java.util.function.LongToDoubleFunction;

/**
 * The samples of one logical worker in one step.
 *
 * @param x0 latents [B,C,H,W], row-major
 * @param labels classes [B], -1 where a record has none
 * @param firstSample global number of row 0; the randomness of row i is keyed by (seed, firstSample + i)
 */
public record Batch(float[] x0, int[] labels, long firstSample) {
    public int size() {
        return labels.length;
    }

    /** N(0, I) for each sample, of the shape of {@link #x0}, keyed by stream and number. */
    public float[] gaussians(CounterRandom random, long stream) {
        int size = x0.length / size();
        var values = new float[x0.length];
        for (int i = 0; i < size(); i++) {
            random.gaussians(values, i * size, size, stream, firstSample + i);
        }
        return values;
    }

    /** One number [B] for each sample, of its global number. */
    public float[] numbers(LongToDoubleFunction ofSample) {
        var values = new float[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ofSample.applyAsDouble(firstSample + i);
        }
        return values;
    }

    /** One-hot rows [B,L]; zeros for no class, and where the sample of that global number loses its own. */
    public float[] oneHot(int classes, LongPredicate loses) {
        var rows = new float[size() * classes];
        for (int i = 0; i < size(); i++) {
            if (labels[i] >= 0 && !loses.test(firstSample + i)) {
                rows[i * classes + labels[i]] = 1;
            }
        }
        return rows;
    }
}
