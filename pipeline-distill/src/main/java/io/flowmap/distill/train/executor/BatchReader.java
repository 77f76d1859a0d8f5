package io.flowmap.distill.train.executor;

import io.flowmap.data.Conditions;
import io.flowmap.data.LatentBlock;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.BlockSource.Bucket;
import io.flowmap.nn.ConditionShape;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the batches of a training, each from one bucket. Not thread-safe, because {@link SampleOrder} is not.
 *
 * <p>Batch b, of the sample numbers from b B on, is batch n of its bucket and holds the bucket's samples from n B on. If a training begins
 * at a sample number that is no multiple of B, those begin as much later.
 */
public final class BatchReader {
    private final BlockCache blocks;
    private final List<Bucket> buckets;
    private final ConditionShape condition;
    private final BucketOrder turns;
    private final List<SampleOrder> orders = new ArrayList<>();
    private final int size;

    /**
     * @param seed seed of the order of samples
     * @param size samples of a batch
     */
    public BatchReader(BlockCache blocks, BlockSource data, long seed, int size) {
        this.blocks = blocks;
        this.buckets = data.buckets();
        this.condition = data.condition();
        this.size = size;
        this.turns = new BucketOrder(
                seed, size, buckets.stream().mapToLong(Bucket::count).toArray());
        buckets.forEach(bucket -> orders.add(new SampleOrder(seed, orders.size(), bucket.counts())));
    }

    public Batch read(long firstSample) {
        var turn = turns.of(firstSample / size);
        var bucket = buckets.get(turn.bucket());
        var order = orders.get(turn.bucket());
        long first = turn.number() * size + firstSample % size;
        int sampleSize = bucket.shape().size();
        var x0 = new float[size * sampleSize];
        var conditions = Conditions.allocate(size, condition);
        var records = new long[size];
        LatentBlock block = null;
        int held = -1;
        for (int i = 0; i < size; i++) {
            var location = order.locate(first + i);
            if (location.block() != held) {
                held = location.block();
                block = blocks.get(turn.bucket(), held);
            }
            System.arraycopy(block.values(), location.record() * sampleSize, x0, i * sampleSize, sampleSize);
            block.copyConditions(location.record(), conditions, i);
            records[i] = block.index()[location.record()];
        }
        return new Batch(x0, bucket.shape(), conditions, firstSample, new Batch.Origin(turn.bucket(), records));
    }
}
