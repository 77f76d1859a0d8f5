package io.flowmap.distill.train.executor;

import io.flowmap.data.Conditions;
import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentShape;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.nn.ConditionShape;

/** Reads batches of consecutive sample numbers. Not thread-safe, because {@link SampleOrder} is not. */
public final class BatchReader {
    private final BlockCache blocks;
    private final SampleOrder order;
    private final LatentShape sample;
    private final ConditionShape condition;

    public BatchReader(BlockCache blocks, SampleOrder order, LatentShape sample, ConditionShape condition) {
        this.blocks = blocks;
        this.order = order;
        this.sample = sample;
        this.condition = condition;
    }

    public Batch read(long firstSample, int size) {
        int sampleSize = sample.size();
        var x0 = new float[size * sampleSize];
        var conditions = Conditions.allocate(size, condition);
        LatentBlock block = null;
        int held = -1;
        for (int i = 0; i < size; i++) {
            var location = order.locate(firstSample + i);
            if (location.block() != held) {
                held = location.block();
                block = blocks.get(held);
            }
            System.arraycopy(block.values(), location.record() * sampleSize, x0, i * sampleSize, sampleSize);
            conditions.copy(block.conditions(), location.record(), i, 1);
        }
        return new Batch(x0, conditions, firstSample);
    }
}
