package io.flowmap.distill.train;

import io.flowmap.data.LatentBlock;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.nn.ConditionShape;
import io.flowmap.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Buckets of drawn samples, all of {@link DrawnSamples}' shape so that {@link SmallMlp} can learn them. Their values and records tell the
 * bucket.
 *
 * @param perBlock most records of a block
 * @param records of each bucket
 */
public record DrawnBuckets(int perBlock, List<Integer> records) implements BlockSource {
    /** 129 records in 5 buckets, most of them odd. */
    public static final DrawnBuckets OF_129 = new DrawnBuckets(10, List.of(57, 33, 20, 15, 4));

    @Override
    public List<Bucket> buckets() {
        var buckets = new ArrayList<Bucket>();
        for (int count : records) {
            var counts = new int[(count + perBlock - 1) / perBlock];
            Arrays.fill(counts, perBlock);
            counts[counts.length - 1] = count - (counts.length - 1) * perBlock;
            buckets.add(new Bucket("train/" + buckets.size(), DrawnSamples.SHAPE, counts));
        }
        return buckets;
    }

    @Override
    public ConditionShape condition() {
        return ConditionShape.classes(2);
    }

    @Override
    public Reader open(Configuration hadoop) {
        return this::draw;
    }

    private LatentBlock draw(int bucket, int block) {
        int count = buckets().get(bucket).counts()[block];
        var index = new long[count];
        var label = new int[count];
        var values = new float[count * DrawnSamples.SIZE];
        new CounterRandom(98).gaussians(values, 0, values.length, bucket, block);
        for (int i = 0; i < count; i++) {
            index[i] = (long) block * perBlock + i;
            label[i] = i % 2;
            for (int j = 0; j < DrawnSamples.SIZE; j++) {
                values[i * DrawnSamples.SIZE + j] += bucket - 2;
            }
        }
        return new LatentBlock(index, label, values, DrawnSamples.SHAPE);
    }
}
