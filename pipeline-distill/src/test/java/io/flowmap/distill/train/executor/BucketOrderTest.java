package io.flowmap.distill.train.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.distill.train.DrawnBuckets;
import io.flowmap.distill.train.DrawnSamples;
import io.flowmap.distill.train.step.Batch;
import io.flowmap.distill.train.step.BlockSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which records the batches of a training hold, counted one by one. */
class BucketOrderTest {
    private static final DrawnBuckets BUCKETS = DrawnBuckets.OF_129;
    private static final long[] RECORDS =
            BUCKETS.records().stream().mapToLong(n -> n).toArray();

    /**
     * Steps of logical workers, each with readers of its own. Cut at the bucket's number of records, what a bucket gave are permutations
     * of it: each record once an epoch, and what an epoch leaves over begins the next.
     */
    @ParameterizedTest
    @CsvSource({"1, 2", "2, 2", "4, 2", "1, 1", "3, 5", "2, 7", "1, 64"})
    void everyRecordIsUsedOnceAnEpochByAllWorkersTogether(int workers, int size) {
        var readers = new ArrayList<BatchReader>();
        for (int worker = 0; worker < workers; worker++) {
            readers.add(reader(BUCKETS, 1, size));
        }
        var used = used();
        long batches = 10 * 129 / size / workers * workers;
        for (long batch = 0; batch < batches; batch++) {
            var read = readers.get((int) (batch % workers)).read(batch * size);
            assertThat(read.size()).isEqualTo(size);
            add(used, read);
        }
        for (int bucket = 0; bucket < RECORDS.length; bucket++) {
            requirePermutations(used.get(bucket), (int) RECORDS[bucket]);
        }
        assertThat(used.stream().mapToInt(List::size).sum()).isEqualTo(batches * size);
    }

    private static List<List<Long>> used() {
        var used = new ArrayList<List<Long>>();
        for (int bucket = 0; bucket < RECORDS.length; bucket++) {
            used.add(new ArrayList<>());
        }
        return used;
    }

    private static void add(List<List<Long>> used, Batch batch) {
        LongStream.of(batch.origin().records()).forEach(used.get(batch.origin().bucket())::add);
    }

    private static void requirePermutations(List<Long> used, int records) {
        for (int from = 0; from < used.size(); from += records) {
            var part = used.subList(from, Math.min(from + records, used.size()));
            assertThat(new HashSet<>(part)).as("from %s of %s", from, records).hasSameSizeAs(part);
            assertThat(part).allMatch(record -> record < records);
        }
    }

    /** Of 57, 33, 20, 15 and 4 records, batches of two leave 1, 1, 0, 1 and 0 in the first epoch and none in the second. */
    @Test
    void whatAnEpochLeavesOverBeginsTheNext() {
        var order = new BucketOrder(7, 2, RECORDS);
        var counts = new long[2][RECORDS.length];
        for (int batch = 0; batch < 129; batch++) {
            counts[batch < 63 ? 0 : 1][order.of(batch).bucket()]++;
        }
        assertThat(counts[0]).containsExactly(28, 16, 10, 7, 2);
        assertThat(counts[1]).containsExactly(29, 17, 10, 8, 2);
        var reader = reader(BUCKETS, 7, 2);
        var used = used();
        for (long batch = 0; batch < 129; batch++) {
            add(used, reader.read(2 * batch));
        }
        var left = new HashSet<>(LongStream.range(0, 57).boxed().toList());
        left.removeAll(used.get(0).subList(0, 56));
        assertThat(used.get(0).subList(56, 57)).containsExactlyElementsOf(left);
        for (int bucket = 0; bucket < RECORDS.length; bucket++) {
            assertThat(used.get(bucket)).hasSize(2 * (int) RECORDS[bucket]);
        }
    }

    @Test
    void theBatchesOfABucketAreNumberedWithoutGaps() {
        var order = new BucketOrder(3, 4, 1000, 37, 3, 2);
        var next = new long[4];
        for (long batch = 0; batch < 2000; batch++) {
            var turn = order.of(batch);
            assertThat(turn.number()).isEqualTo(next[turn.bucket()]++);
        }
        assertThat(next).containsExactly(1920, 71, 5, 4);
    }

    /** Of every 2^k batches at a multiple of 2^k a bucket has its share, to within what k halves round. */
    @Test
    void everyStretchHoldsTheBucketsInProportion() {
        long[] records = {512, 256, 192, 64};
        var order = new BucketOrder(5, 1, records);
        for (int length : new int[] {256, 64, 16}) {
            for (int from = 0; from < 1024; from += length) {
                var counts = new int[records.length];
                for (int batch = from; batch < from + length; batch++) {
                    counts[order.of(batch).bucket()]++;
                }
                for (int bucket = 0; bucket < records.length; bucket++) {
                    assertThat((double) counts[bucket])
                            .isBetween(records[bucket] * length / 1024.0 - 2, records[bucket] * length / 1024.0 + 2);
                }
            }
        }
    }

    @Test
    void epochsAndSeedsDifferAndCallsDoNotDependOnEachOther() {
        var order = new BucketOrder(1, 1, RECORDS);
        var first = turns(order, 0);
        assertThat(turns(order, 129)).isNotEqualTo(first);
        assertThat(turns(new BucketOrder(2, 1, RECORDS), 0)).isNotEqualTo(first);
        var backwards = new BucketOrder.Turn[129];
        for (int batch = 128; batch >= 0; batch--) {
            backwards[batch] = order.of(batch);
        }
        assertThat(backwards).isEqualTo(first);
    }

    private static BucketOrder.Turn[] turns(BucketOrder order, long from) {
        var turns = new BucketOrder.Turn[129];
        Arrays.setAll(turns, i -> order.of(from + i));
        return turns;
    }

    /** A training may go on from another one's number of samples. */
    @ParameterizedTest
    @ValueSource(longs = {0, 3, 1001})
    void oneBucketIsReadInTheOrderOfItsSamples(long first) {
        var data = new DrawnSamples(5, 40);
        var reader = reader(data, 9, 6);
        var order = new SampleOrder(9, 0, data.buckets().get(0).counts());
        for (long sample = first; sample < first + 600; sample += 6) {
            var records = reader.read(sample).origin().records();
            for (int i = 0; i < 6; i++) {
                var location = order.locate(sample + i);
                assertThat(records[i]).isEqualTo(40L * location.block() + location.record());
            }
        }
    }

    private static BatchReader reader(BlockSource data, long seed, int size) {
        return new BatchReader(new BlockCache(data.open(null), 1 << 20), data, seed, size);
    }
}
