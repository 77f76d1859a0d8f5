package io.flowmap.distill.train.average;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ShuffleDependency;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import scala.Function2;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Results are cut into blocks and shuffled, reducer tasks average them, and only the averages return to the driver, which consumes each
 * reducer's when it arrives.
 */
record ShuffleRoute(BlockPlan plan, int workers) implements Route {
    /** Upper limit of the bytes of workers' parts that one reducer holds; exceeded only if blocks are too few. */
    private static final long REDUCER_BYTES = 96L << 20;
    /** Above this number of partitions Spark's shuffle writer sorts. */
    private static final int MOST_REDUCERS = 200;

    @Override
    public void run(JavaRDD<Integer> seats, WorkerTask task, RoundOutcome outcome) {
        RDD<Tuple2<Integer, BlockPart>> parts =
                seats.mapPartitionsToPair(seat -> task.parts(seat.next())).rdd();
        var shuffled = new ShuffledRDD<Integer, BlockPart, BlockPart>(
                parts,
                new BlockPartitioner(reducers(seats.context().defaultParallelism())),
                tag(Integer.class),
                tag(BlockPart.class),
                tag(BlockPart.class));
        shuffled.setSerializer(new BlockPartSerializer());
        try {
            collect(shuffled, outcome);
        } finally {
            removeFiles(shuffled);
        }
    }

    private int reducers(int cores) {
        long bounded = (plan.bytes() * workers - 1) / REDUCER_BYTES + 1;
        return (int) Math.min(Math.min(plan.blocks(), MOST_REDUCERS), Math.max(bounded, 2 * cores));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Scala's signature from Java
    private void collect(ShuffledRDD<Integer, BlockPart, BlockPart> shuffled, RoundOutcome outcome) {
        var cut = plan;
        int count = workers;
        var reduce = (Function2<TaskContext, Iterator<Tuple2<Integer, BlockPart>>, byte[][]> & Serializable)
                (context, parts) -> reduce(parts, cut, count);
        var accept = (Function2<Object, byte[][], BoxedUnit>) (partition, blocks) -> {
            Arrays.stream(blocks).parallel().forEach(block -> outcome.accept(BlockAverage.of(block)));
            return BoxedUnit.UNIT;
        };
        var partitions = JavaConverters.asScalaBuffer((List<Object>) (List<?>)
                        IntStream.range(0, shuffled.getNumPartitions()).boxed().toList())
                .toSeq();
        shuffled.sparkContext().runJob((RDD) shuffled, (Function2) reduce, partitions, accept, tag(byte[][].class));
    }

    private static byte[][] reduce(Iterator<Tuple2<Integer, BlockPart>> parts, BlockPlan plan, int workers) {
        var averages = new ArrayList<byte[]>();
        new BlockReducer(JavaConverters.asJavaIterator(parts), plan, workers)
                .forEachRemaining(average -> averages.add(average.toBytes()));
        return averages.toArray(byte[][]::new);
    }

    /**
     * Removes the files of the finished shuffle. Spark itself removes them after a garbage collection of the driver, which may be many
     * rounds away.
     */
    private static void removeFiles(ShuffledRDD<?, ?, ?> shuffled) {
        var cleaner = shuffled.sparkContext().cleaner();
        if (cleaner.isEmpty()) {
            return;
        }
        for (var dependency : JavaConverters.seqAsJavaList(shuffled.dependencies())) {
            if (dependency instanceof ShuffleDependency<?, ?, ?> shuffle) {
                cleaner.get().doCleanupShuffle(shuffle.shuffleId(), false);
            }
        }
    }

    private static <T> ClassTag<T> tag(Class<T> type) {
        return ClassTag$.MODULE$.apply(type);
    }

    @Override
    public long receivedBytes() {
        return plan.bytes();
    }
}
