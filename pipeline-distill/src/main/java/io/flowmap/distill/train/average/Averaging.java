package io.flowmap.distill.train.average;

import io.flowmap.config.UserError;
import io.flowmap.tensor.Floats;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds of work on logical workers, averaged block by block in worker order. Worker w of W is partition w, whatever the number of
 * executors, so the result does not depend on where or how often tasks ran.
 *
 * <p>In local mode workers read the driver's vectors, and their results stay in place if all workers run at once. Otherwise the state
 * is broadcast. Results that are small together are taken as the tasks' results, all others are shuffled to reducers. The driver holds
 * no copy of the state or the averages: it consumes the averages block by block.
 */
public final class Averaging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Averaging.class);
    /** Most bytes of all workers' results that the driver takes without a shuffle. */
    private static final long SMALL = 8L << 20;

    private static final int REMEMBERED_BROADCASTS = 4;

    private final JavaSparkContext spark;
    private final BlockPlan in;
    private final BlockPlan out;
    private final int workers;
    private final Broadcast<LocalWork> work;
    private final JavaRDD<Integer> seats;
    private final Route route;
    private long rounds;
    /**
     * Recently destroyed broadcasts. They are kept from garbage collection because Spark's cleaner would otherwise conflict with their
     * removal.
     */
    private final Deque<Broadcast<SentState>> destroyed = new ArrayDeque<>();

    /** Consumes averages. Called once for each block, by several threads, after all workers are done. */
    @FunctionalInterface
    public interface Target {
        /**
         * @param vector number of the averaged vector
         * @param from position of the block in it
         * @param values the averages
         */
        void accept(int vector, int from, float[] values);
    }

    /**
     * @param in shape of the state sent to the workers
     * @param out shape of their results
     */
    public Averaging(JavaSparkContext spark, BlockPlan in, BlockPlan out, int workers, LocalWork work) {
        this(spark, in, out, workers, work, route(spark, out, workers));
    }

    Averaging(JavaSparkContext spark, BlockPlan in, BlockPlan out, int workers, LocalWork work, Route route) {
        this.spark = spark;
        this.in = in;
        this.out = out;
        this.workers = workers;
        this.work = spark.broadcast(work);
        this.seats = spark.parallelize(IntStream.range(0, workers).boxed().toList(), workers);
        this.route = route;
    }

    /** The route for results of this shape. */
    static Route route(JavaSparkContext spark, BlockPlan out, int workers) {
        if (spark.isLocal() && workers <= spark.defaultParallelism()) {
            return new Route.InPlace(out, workers);
        }
        return out.bytes() * workers <= SMALL ? new Route.AsResults(out, workers) : new ShuffleRoute(out, workers);
    }

    /**
     * Runs one round.
     *
     * @param state vectors that the workers start from, not written before the first block is consumed
     * @param target consumes the averages; it may overwrite {@code state}
     */
    public RoundOutcome round(List<? extends Floats> state, RoundTicket ticket, Target target) {
        long start = System.nanoTime();
        var round = DriverRound.start(work.id(), state, workers);
        var outcome = new RoundOutcome(
                out,
                workers,
                (vector, from, values) -> {
                    round.consume();
                    target.accept(vector, from, values);
                },
                spark.isLocal() ? 0 : in.bytes(),
                route.receivedBytes());
        Broadcast<SentState> sent = null;
        boolean succeeded = false;
        try {
            sent = spark.isLocal() ? null : spark.broadcast(new SentState(work.id(), rounds++, in));
            long ready = System.nanoTime();
            route.run(seats, new WorkerTask(work.id(), work, sent, ticket, out), outcome);
            outcome.requireComplete();
            succeeded = true;
            LOG.debug(
                    "round={} broadcast_ms={} tasks_ms={}",
                    ticket.round(),
                    millis(start, ready),
                    millis(ready, System.nanoTime()));
            return outcome;
        } catch (Exception e) {
            throw failure(e);
        } finally {
            round.end(succeeded);
            destroy(sent);
        }
    }

    private void destroy(Broadcast<SentState> broadcast) {
        if (broadcast == null) {
            return;
        }
        broadcast.destroy(false);
        destroyed.add(broadcast);
        if (destroyed.size() > REMEMBERED_BROADCASTS) {
            destroyed.remove();
        }
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

    private static long millis(long from, long to) {
        return (to - from) / 1_000_000;
    }

    @Override
    public void close() {
        work.destroy();
    }
}
