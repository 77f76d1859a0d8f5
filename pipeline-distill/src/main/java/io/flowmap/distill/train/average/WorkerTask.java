package io.flowmap.distill.train.average;

import io.flowmap.stage.TaskDevice;
import java.io.Serializable;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;
import org.apache.spark.util.TaskFailureListener;
import scala.Tuple2;

/** The body of a worker's task: runs the local work and returns its result as keyed block parts. */
record WorkerTask(Broadcast<LocalWork> work, Broadcast<BlockedVectors> state, RoundTicket ticket, BlockPlan out)
        implements Serializable {
    Iterator<Tuple2<Integer, BlockPart>> run(int worker) {
        TaskDevice.use();
        var result = work.value().run(worker, state.value(), ticket);
        releaseAtEnd(TaskContext.get(), result);
        var blocks = IntStream.range(0, out.blocks()).mapToObj(key -> new Tuple2<>(key, block(worker, result, key)));
        var report = new Tuple2<>(out.blocks() + worker, BlockPart.report(worker, result.report()));
        return Stream.concat(Stream.of(report), blocks).iterator();
    }

    private static void releaseAtEnd(TaskContext task, LocalResult result) {
        var failed = new AtomicBoolean();
        task.addTaskFailureListener((TaskFailureListener) (context, error) -> failed.set(true));
        task.addTaskCompletionListener(
                (TaskCompletionListener) context -> result.release().run(!failed.get()));
    }

    private BlockPart block(int worker, LocalResult result, int key) {
        return BlockPart.block(worker, result.vectors()[out.vector(key)], out.from(key), out.size(key));
    }
}
