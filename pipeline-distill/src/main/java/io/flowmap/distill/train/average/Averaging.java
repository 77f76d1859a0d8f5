package io.flowmap.distill.train.average;

import io.flowmap.config.UserError;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function2;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Rounds of work on logical workers, averaged block by block. The state is broadcast, every worker's result is cut into blocks, reducer
 * tasks average them in worker order, and only the averages return to the driver. Worker w of W is partition w, whatever the number of
 * executors, so the result does not depend on where or how often tasks ran.
 */
public final class Averaging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Averaging.class);
    /** Upper limit of the bytes of workers' parts that one reducer holds; exceeded only if blocks are too few. */
    private static final long REDUCER_BYTES = 96L << 20;
    /** Above this number of partitions Spark's shuffle writer sorts. */
    private static final int MOST_REDUCERS = 200;

    private static final int REMEMBERED_BROADCASTS = 4;

    private final JavaSparkContext spark;
    private final BlockPlan out;
    private final int workers;
    private final BlockedVectors encoded;
    private final Broadcast<LocalWork> work;
    private final JavaRDD<Integer> seats;
    /**
     * Recently destroyed broadcasts. They are kept from garbage collection because Spark's cleaner would otherwise conflict with their
     * removal.
     */
    private final Deque<Broadcast<BlockedVectors>> destroyed = new ArrayDeque<>();

    /**
     * @param in shape of the state sent to the workers
     * @param out shape of their results
     */
    public Averaging(JavaSparkContext spark, BlockPlan in, BlockPlan out, int workers, LocalWork work) {
        this.spark = spark;
        this.out = out;
        this.workers = workers;
        this.encoded = BlockedVectors.allocate(in);
        this.work = spark.broadcast(work);
        this.seats = spark.parallelize(IntStream.range(0, workers).boxed().toList(), workers);
    }

    /**
     * Runs one round.
     *
     * @param state vectors sent to the workers
     * @param target overwritten with the averages of the workers' vectors
     */
    public RoundOutcome round(float[][] state, RoundTicket ticket, float[][] target) {
        long start = System.nanoTime();
        encoded.encode(state);
        long sent = System.nanoTime();
        var broadcast = spark.broadcast(encoded);
        var shuffled = shuffle(broadcast, ticket);
        long ready = System.nanoTime();
        try {
            return collect(shuffled, target);
        } finally {
            LOG.debug(
                    "round={} encode_ms={} broadcast_ms={} tasks_ms={}",
                    ticket.round(),
                    millis(start, sent),
                    millis(sent, ready),
                    millis(ready, System.nanoTime()));
            Shuffles.remove(spark, shuffled);
            destroy(broadcast);
        }
    }

    private void destroy(Broadcast<BlockedVectors> broadcast) {
        broadcast.destroy(false);
        destroyed.add(broadcast);
        if (destroyed.size() > REMEMBERED_BROADCASTS) {
            destroyed.remove();
        }
    }

    private ShuffledRDD<Integer, BlockPart, BlockPart> shuffle(Broadcast<BlockedVectors> state, RoundTicket ticket) {
        var task = new WorkerTask(work, state, ticket, out);
        RDD<Tuple2<Integer, BlockPart>> parts =
                seats.mapPartitionsToPair(seat -> task.run(seat.next())).rdd();
        var shuffled = new ShuffledRDD<Integer, BlockPart, BlockPart>(
                parts,
                new BlockPartitioner(reducers()),
                tag(Integer.class),
                tag(BlockPart.class),
                tag(BlockPart.class));
        shuffled.setSerializer(new BlockPartSerializer());
        return shuffled;
    }

    private int reducers() {
        long bounded = (out.bytes() * workers - 1) / REDUCER_BYTES + 1;
        int parallel = 2 * spark.defaultParallelism();
        return (int) Math.min(Math.min(out.blocks(), MOST_REDUCERS), Math.max(bounded, parallel));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Scala's signature from Java
    private RoundOutcome collect(ShuffledRDD<Integer, BlockPart, BlockPart> shuffled, float[][] target) {
        var outcome = new RoundOutcome(out, workers, encoded.plan().bytes());
        int count = workers;
        var plan = out;
        var reduce = (Function2<TaskContext, scala.collection.Iterator<Tuple2<Integer, BlockPart>>, BlockAverage[]>
                        & Serializable)
                (context, parts) -> reduce(parts, plan, count);
        var accept = (Function2<Object, BlockAverage[], BoxedUnit>) (partition, blocks) -> {
            for (var block : blocks) {
                outcome.accept(block, target);
            }
            return BoxedUnit.UNIT;
        };
        var partitions = scala.collection.JavaConverters.asScalaBuffer((List<Object>) (List<?>)
                        IntStream.range(0, shuffled.getNumPartitions()).boxed().toList())
                .toSeq();
        try {
            spark.sc().runJob((RDD) shuffled, (Function2) reduce, partitions, accept, tag(BlockAverage[].class));
        } catch (Exception e) {
            throw failure(e);
        }
        outcome.requireComplete();
        return outcome;
    }

    /**
     * A user error on an executor (such as a file missing there) remains a user error. Spark throws checked exceptions that it does not
     * declare.
     */
    private static RuntimeException failure(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError error) {
                return new UserError(error.getMessage(), e);
            }
        }
        return new IllegalStateException("cannot finish a round: " + e.getMessage(), e);
    }

    private static BlockAverage[] reduce(
            scala.collection.Iterator<Tuple2<Integer, BlockPart>> parts, BlockPlan plan, int workers) {
        var averages = new ArrayList<BlockAverage>();
        new BlockReducer(scala.collection.JavaConverters.asJavaIterator(parts), plan, workers)
                .forEachRemaining(averages::add);
        return averages.toArray(BlockAverage[]::new);
    }

    private static long millis(long from, long to) {
        return (to - from) / 1_000_000;
    }

    private static <T> ClassTag<T> tag(Class<T> type) {
        return ClassTag$.MODULE$.apply(type);
    }

    @Override
    public void close() {
        work.destroy();
    }
}
