package io.flowmap.ingest;

import io.flowmap.data.PendingParquet;
import io.flowmap.file.Store;
import io.flowmap.ingest.judge.StagedRecord;
import io.flowmap.ingest.write.TaskBar;
import io.flowmap.stage.JobContext;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads every portion once and stages its records, one Parquet file for each portion. Portions whose file exists are not read again, so an
 * interrupted scan resumes where it stopped.
 */
final class Scan {
    private final JobContext context;
    private final Recipe recipe;

    Scan(JobContext context, Recipe recipe) {
        this.context = context;
        this.recipe = recipe;
    }

    /** Reads the tasks, each in its own partition. Returns the number of tasks that had to be read. */
    int run(List<ScanTask> tasks, Path staging) {
        var done = staged(staging);
        var left = tasks.stream().filter(task -> !done.contains(name(task))).toList();
        if (left.isEmpty()) {
            return 0;
        }
        context.progress().goesOn("with the images that have not been read yet");
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var recipe = this.recipe;
        var directory = staging.toString();
        long seed = context.run().seed();
        try (var bar = new TaskBar(context, "ingest", left.size(), "portions")) {
            spark.parallelize(left, left.size())
                    .foreach(task -> stage(task, recipe, seed, hadoop.value().value(), directory));
        }
        hadoop.destroy();
        return left.size();
    }

    /** Stages one portion. Memory holds one record at a time plus the buffer of the Parquet writer. */
    private static void stage(ScanTask task, Recipe recipe, long seed, Configuration hadoop, String directory)
            throws IOException {
        long attempt = TaskContext.get().taskAttemptId();
        try (var stager = new RecordStager(recipe, seed);
                var records = task.portion().open(hadoop, recipe.reading())) {
            PendingParquet.write(hadoop, new Path(directory, name(task)), attempt, StagedRecord.type(), writer -> {
                long number = 0;
                for (var record = records.next(); record != null; record = records.next()) {
                    writer.write(stager.stage(record, task, number++).group());
                }
            });
        }
    }

    private Set<String> staged(Path staging) {
        var names = new HashSet<String>();
        try {
            var files = Store.of(context.hadoop(), staging).listStatusIterator(staging);
            while (files.hasNext()) {
                names.add(files.next().getPath().getName());
            }
            return names;
        } catch (FileNotFoundException e) {
            return names;
        } catch (IOException e) {
            throw Store.failure("cannot list " + staging, e);
        }
    }

    private static String name(ScanTask task) {
        return String.format(Locale.ROOT, "portion-%07d.parquet", task.ordinal());
    }
}
