package io.flowmap.distill.train.step;

import io.flowmap.data.Conditions;
import io.flowmap.data.LatentShape;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.CounterRandom;
import java.util.function.LongPredicate;
import java.util.function.LongToDoubleFunction;

/**
 * The samples of one logical worker in one step.
 *
 * @param x0 latents [B,C,H,W], row-major
 * @param shape shape [C,H,W] of one latent
 * @param conditions of each record
 * @param firstSample global number of row 0; the randomness of row i is keyed by (seed, firstSample + i)
 */
public record Batch(float[] x0, LatentShape shape, Conditions conditions, long firstSample, Origin origin) {
    /**
     * Where the samples come from.
     *
     * @param bucket number of their bucket
     * @param records index of each in its split [B]
     */
    public record Origin(int bucket, long[] records) {}

    public int size() {
        return conditions.count();
    }

    /** Draws N(0, I) for each sample, in the shape of {@link #x0}, keyed by stream and global sample number. */
    public float[] gaussians(CounterRandom random, long stream) {
        int size = x0.length / size();
        var values = new float[x0.length];
        for (int i = 0; i < size(); i++) {
            random.gaussians(values, i * size, size, stream, firstSample + i);
        }
        return values;
    }

    /** One number [B] for each sample, as a function of its global number. */
    public float[] numbers(LongToDoubleFunction ofSample) {
        var values = new float[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ofSample.applyAsDouble(firstSample + i);
        }
        return values;
    }

    /**
     * An array of the condition [B,...] in the form that a network takes. Samples whose global number satisfies {@code loses} get its
     * null.
     */
    public float[] condition(String name, ConditionShape shape, LongPredicate loses) {
        return conditions.array(name, shape, i -> loses.test(firstSample + i));
    }
}
