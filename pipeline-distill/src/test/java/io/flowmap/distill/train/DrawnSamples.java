package io.flowmap.distill.train;

import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Samples drawn from a seed: for each class a Gaussian around its own corner. */
public record DrawnSamples(int blocks, int perBlock) implements BlockSource {
    public static final int SIZE = 8;

    static final LatentShape SHAPE = new LatentShape(2, 2, 2);

    @Override
    public ConditionShape condition() {
        return ConditionShape.classes(2);
    }

    @Override
    public List<Bucket> buckets() {
        return List.of(new Bucket("train", SHAPE, counts()));
    }

    private int[] counts() {
        var counts = new int[blocks];
        Arrays.fill(counts, perBlock);
        counts[blocks - 1] = perBlock - 3;
        return counts;
    }

    @Override
    public Reader open(Configuration hadoop) {
        return (bucket, block) -> draw(block);
    }

    private LatentBlock draw(int block) {
        int count = counts()[block];
        var index = new long[count];
        var label = new int[count];
        var values = new float[count * SIZE];
        new CounterRandom(99).gaussians(values, 0, values.length, block);
        for (int i = 0; i < count; i++) {
            index[i] = (long) block * perBlock + i;
            label[i] = i % 2;
            for (int j = 0; j < SIZE; j++) {
                values[i * SIZE + j] = 0.3f * values[i * SIZE + j] + (label[i] == 0 ? 1 : -1);
            }
        }
        return new LatentBlock(index, label, values, SHAPE);
    }
}
