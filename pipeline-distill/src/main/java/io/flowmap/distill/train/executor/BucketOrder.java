package io.flowmap.distill.train.executor;

import io.flowmap.tensor.CounterRandom;

/**
 * Which bucket each batch of a training draws from, as a function of seed and batch number. In its epoch e a bucket of N records has the
 * batches floor(e N / B) to floor((e+1) N / B) - 1 of its own: what remains of its records begins the first batch of the next epoch, so that
 * none is left out, repeated or padded.
 *
 * <p>The batches of an epoch stand in a random order in which every stretch holds each bucket in proportion: the epoch is halved again and
 * again, and a half gets each bucket's share of batches, rounded at random by one draw (systematic sampling). Nothing is as long as an
 * epoch.
 */
final class BucketOrder {
    private static final long HALVES = 0x68616c766573L;

    private final CounterRandom random;
    private final int batch;
    private final long[] records;
    private final long total;

    /**
     * @param batch records B of a batch
     * @param records of each bucket
     */
    BucketOrder(long seed, int batch, long... records) {
        this.random = new CounterRandom(seed);
        this.batch = batch;
        this.records = records;
        long sum = 0;
        for (long count : records) {
            sum += count;
        }
        this.total = sum;
    }

    /**
     * The place of a batch.
     *
     * @param number of the batch among those of its bucket, from 0
     */
    record Turn(int bucket, long number) {}

    Turn of(long number) {
        long epoch = epoch(number);
        var before = new long[records.length];
        var batches = new long[records.length];
        for (int bucket = 0; bucket < records.length; bucket++) {
            before[bucket] = epoch * records[bucket] / batch;
            batches[bucket] = (epoch + 1) * records[bucket] / batch - before[bucket];
        }
        return turn(epoch, number - start(epoch), before, batches);
    }

    /** The last epoch that has begun at a batch; epochs without a batch of their own begin with the next. */
    private long epoch(long number) {
        long low = number * batch / total;
        long high = (number + records.length) * batch / total + 1;
        while (low < high) {
            long middle = (low + high + 1) / 2;
            if (start(middle) <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Number of batches before an epoch. */
    private long start(long epoch) {
        long sum = 0;
        for (long count : records) {
            sum += epoch * count / batch;
        }
        return sum;
    }

    /** Halves the epoch until one batch remains. Overwrites both arrays. */
    private Turn turn(long epoch, long position, long[] before, long[] batches) {
        long first = 0;
        long length = 0;
        for (long count : batches) {
            length += count;
        }
        while (length > 1) {
            long left = length / 2;
            boolean inLeft = position < first + left;
            long shift = random.below(length, HALVES, epoch, first, length);
            long sum = 0;
            long given = 0;
            for (int bucket = 0; bucket < batches.length; bucket++) {
                sum += batches[bucket];
                long share = (sum * left + shift) / length - given;
                given += share;
                before[bucket] += inLeft ? 0 : share;
                batches[bucket] = inLeft ? share : batches[bucket] - share;
            }
            first += inLeft ? 0 : left;
            length = inLeft ? left : length - left;
        }
        int bucket = 0;
        while (batches[bucket] == 0) {
            bucket++;
        }
        return new Turn(bucket, before[bucket]);
    }
}
