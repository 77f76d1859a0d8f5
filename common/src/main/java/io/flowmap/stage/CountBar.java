package io.flowmap.stage;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * A progress bar for a count that tasks increment while they run. Updates arrive with executor heartbeats (every ten seconds by default)
 * and when a task ends.
 */
public final class CountBar extends SparkListener implements AutoCloseable {
    private final SparkContext spark;
    private final Progress.Bar bar;
    private final LongAccumulator counter;
    private final Map<Long, Long> counted = new HashMap<>();
    private long shown;
    private boolean closed;

    public CountBar(JobContext context, String name, long total, String unit) {
        this.spark = context.spark().sparkContext();
        this.bar = context.progress().bar(name, total, unit);
        this.counter = spark.longAccumulator(name);
        spark.addSparkListener(this);
    }

    /** The counter to which tasks add. */
    public LongAccumulator counter() {
        return counter;
    }

    @Override
    public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        for (var task : JavaConverters.seqAsJavaList(update.accumUpdates())) {
            tell((Long) task._1(), task._4());
        }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.taskInfo().successful()) {
            tell(end.taskInfo().taskId(), end.taskInfo().accumulables());
        } else {
            counted.remove(end.taskInfo().taskId());
        }
    }

    /** Shows the final count of the successful tasks and ends the bar. */
    @Override
    public void close() {
        spark.removeSparkListener(this);
        synchronized (this) {
            closed = true;
            bar.step(Math.max(0, counter.sum() - shown));
            bar.close();
        }
    }

    /** Advances the bar. It does not go back for a task that is retried. */
    private void tell(long task, Seq<AccumulableInfo> updates) {
        for (var update : JavaConverters.seqAsJavaList(updates)) {
            if (!closed && update.id() == counter.id() && update.update().isDefined()) {
                counted.put(task, (Long) update.update().get());
                long sum = counted.values().stream().mapToLong(Long::longValue).sum();
                if (sum > shown) {
                    bar.step(sum - shown);
                    shown = sum;
                }
            }
        }
    }
}
