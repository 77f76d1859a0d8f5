package io.flowmap.ingest;

import io.flowmap.ingest.source.RecordStream;
import io.flowmap.job.JobContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** Reads every portion once and stages its records as Parquet. */
final class Scan {
    private final JobContext context;
    private final Recipe recipe;

    Scan(JobContext context, Recipe recipe) {
        this.context = context;
        this.recipe = recipe;
    }

    /** Reads the tasks, each in a partition of its own. */
    void run(List<ScanTask> tasks, Path staging) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var recipe = this.recipe;
        long seed = context.run().seed();
        try (var bar = new TaskBar(context, "ingest", tasks.size())) {
            var rows = spark.parallelize(tasks, Math.max(1, tasks.size()))
                    .mapPartitions(group -> new Rows(group, hadoop.value().value(), new RecordStager(recipe, seed)));
            context.spark().createDataFrame(rows, StagedRecord.schema()).write().parquet(staging.toString());
        }
        hadoop.destroy();
    }

    /** The staged records of some tasks, one record in memory at a time. */
    private static final class Rows implements Iterator<Row> {
        private final Iterator<ScanTask> tasks;
        private final Configuration hadoop;
        private final RecordStager stager;
        private ScanTask task;
        private RecordStream stream;
        private long number;
        private Row next;

        Rows(Iterator<ScanTask> tasks, Configuration hadoop, RecordStager stager) {
            this.tasks = tasks;
            this.hadoop = hadoop;
            this.stager = stager;
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> close());
        }

        @Override
        public boolean hasNext() {
            try {
                while (next == null && (stream != null || tasks.hasNext())) {
                    advance();
                }
                return next != null;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + task.portion(), e);
            }
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var row = next;
            next = null;
            return row;
        }

        private void advance() throws IOException {
            if (stream == null) {
                task = tasks.next();
                stream = task.portion().open(hadoop);
                number = 0;
            }
            var record = stream.next();
            if (record == null) {
                stream.close();
                stream = null;
            } else {
                next = stager.stage(record, task, number++).row();
            }
        }

        private void close() {
            stager.close();
            try {
                if (stream != null) {
                    stream.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close " + task.portion(), e);
            }
        }
    }
}
