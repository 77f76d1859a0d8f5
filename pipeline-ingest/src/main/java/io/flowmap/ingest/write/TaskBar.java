package io.flowmap.ingest.write;

import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** A progress bar over the finished tasks of one Spark job. */
public final class TaskBar extends SparkListener implements AutoCloseable {
    private final SparkContext spark;
    private final Progress.Bar bar;
    private long left;

    public TaskBar(JobContext context, String name, long tasks, String unit) {
        this.spark = context.spark().sparkContext();
        this.bar = context.progress().bar(name, tasks, unit);
        this.left = tasks;
        spark.addSparkListener(this);
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        if (left > 0 && end.taskInfo().successful()) {
            left--;
            bar.step(1);
        }
    }

    @Override
    public void close() {
        spark.removeSparkListener(this);
        synchronized (this) {
            left = 0;
            bar.close();
        }
    }
}
