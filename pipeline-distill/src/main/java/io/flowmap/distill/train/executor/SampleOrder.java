package io.flowmap.distill.train.executor;

import io.flowmap.tensor.CounterRandom;

/**
 * Maps a sample number n of a bucket to a record: epoch n / N visits all blocks in an order drawn for the epoch, and each block's records
 * in an order drawn for epoch and block. Not thread-safe: it caches the last epoch and block.
 */
public final class SampleOrder {
    private static final long BLOCKS = 0x626c6f636b73L;
    private static final long RECORDS = 0x7265636f726473L;

    private final CounterRandom random;
    private final int bucket;
    private final int[] counts;
    private final long total;
    private long epoch = -1;
    private int[] blocks;
    private long[] starts;
    private int place = -1;
    private int[] records;

    /**
     * @param bucket number of the bucket, part of the key
     * @param counts records in each of its blocks
     */
    public SampleOrder(long seed, int bucket, int[] counts) {
        this.random = new CounterRandom(seed);
        this.bucket = bucket;
        this.counts = counts;
        long sum = 0;
        for (int count : counts) {
            sum += count;
        }
        this.total = sum;
    }

    /** Block and record of a sample. */
    record Location(int block, int record) {}

    Location locate(long sample) {
        if (sample / total != epoch) {
            enter(sample / total);
        }
        long position = sample % total;
        if (place < 0 || position < starts[place] || position >= starts[place + 1]) {
            place = find(position);
            records = random.permutation(counts[blocks[place]], RECORDS + bucket, epoch, blocks[place]);
        }
        return new Location(blocks[place], records[(int) (position - starts[place])]);
    }

    private void enter(long next) {
        epoch = next;
        place = -1;
        blocks = random.permutation(counts.length, BLOCKS + bucket, epoch);
        starts = new long[counts.length + 1];
        for (int i = 0; i < counts.length; i++) {
            starts[i + 1] = starts[i] + counts[blocks[i]];
        }
    }

    private int find(long position) {
        int low = 0;
        int high = counts.length - 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (position < starts[middle + 1]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
