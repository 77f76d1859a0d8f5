package io.flowmap.distill.train.average;

import io.flowmap.stage.TaskDevice;
import io.flowmap.tensor.Floats;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;
import org.apache.spark.util.TaskFailureListener;
import scala.Tuple2;

/**
 * The body of a worker's task: runs the local work and passes its result on.
 *
 * @param averaging number of the averaging, by which tasks in the driver's JVM find its round
 * @param state null if all tasks run in the driver's JVM
 * @param out shape of the result
 */
record WorkerTask(
        long averaging, Broadcast<LocalWork> work, Broadcast<SentState> state, RoundTicket ticket, BlockPlan out)
        implements Serializable {
    /**
     * A small result as a whole.
     *
     * @param vectors the worker's vectors
     */
    record Whole(BlockedVectors vectors, byte[] report) implements Serializable {}

    /** Returns the result as keyed block parts, which are read from the worker's vectors one by one. */
    Iterator<Tuple2<Integer, BlockPart>> parts(int worker) {
        var result = run(worker);
        releaseAtEnd(TaskContext.get(), result);
        var blocks = IntStream.range(0, out.blocks())
                .mapToObj(key -> new Tuple2<>(key, part(out, worker, result.vectors(), key)));
        var report = new Tuple2<>(out.blocks() + worker, BlockPart.report(worker, result.report()));
        return Stream.concat(Stream.of(report), blocks).iterator();
    }

    /** Returns a copy of the result. */
    Whole whole(int worker) {
        var result = run(worker);
        releaseAtEnd(TaskContext.get(), result);
        return new Whole(BlockedVectors.of(out, result.vectors()), result.report());
    }

    /** Leaves the result in this JVM, the driver's, and returns the report. */
    byte[] kept(int worker) {
        var result = run(worker);
        DriverRound.of(averaging).keep(worker, result);
        return result.report();
    }

    static BlockPart part(BlockPlan out, int worker, List<? extends Floats> vectors, int key) {
        return BlockPart.block(worker, vectors.get(out.vector(key)), out.from(key), out.size(key));
    }

    private LocalResult run(int worker) {
        TaskDevice.use();
        var start = state == null
                ? DriverRound.of(averaging).state()
                : state.value().vectors();
        return work.value().run(worker, start, ticket);
    }

    private static void releaseAtEnd(TaskContext task, LocalResult result) {
        var failed = new AtomicBoolean();
        task.addTaskFailureListener((TaskFailureListener) (context, error) -> failed.set(true));
        task.addTaskCompletionListener(
                (TaskCompletionListener) context -> result.release().run(!failed.get()));
    }
}
