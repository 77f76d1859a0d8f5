package io.flowmap.distill.train.executor;

import io.flowmap.data.LatentBlock;
import io.flowmap.distill.train.step.Batch;

/** Assembles batches of consecutive sample numbers. Not thread-safe, because {@link SampleOrder} is not. */
public final class BatchReader {
    private final BlockCache blocks;
    private final SampleOrder order;
    private final int sampleSize;

    public BatchReader(BlockCache blocks, SampleOrder order, int sampleSize) {
        this.blocks = blocks;
        this.order = order;
        this.sampleSize = sampleSize;
    }

    public Batch read(long firstSample, int size) {
        var x0 = new float[size * sampleSize];
        var labels = new int[size];
        LatentBlock block = null;
        int held = -1;
        for (int i = 0; i < size; i++) {
            var location = order.locate(firstSample + i);
            if (location.block() != held) {
                held = location.block();
                block = blocks.get(held);
            }
            System.arraycopy(block.values(), location.record() * sampleSize, x0, i * sampleSize, sampleSize);
            labels[i] = block.label()[location.record()];
        }
        return new Batch(x0, labels, firstSample);
    }
}
