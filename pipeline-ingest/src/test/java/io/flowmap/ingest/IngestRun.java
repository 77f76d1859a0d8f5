package io.flowmap.ingest;

import io.flowmap.config.Settings;
import io.flowmap.data.LatentBlock;
import io.flowmap.data.LatentData;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Runs the job on a run directory and reads what it wrote. */
public record IngestRun(SparkSession spark, Path dir) {
    public IngestRun run(String... overrides) {
        var arguments = new ArrayList<>(List.of("run.dir=\"" + dir + "\"", "run.seed=7"));
        arguments.addAll(List.of(overrides));
        var settings = Settings.load(Optional.empty(), arguments);
        var clock = Clock.systemUTC();
        new IngestJob().run(new JobContext(spark, settings, Progress.log(clock), clock));
        return this;
    }

    /** Formats paths as a value of a setting. */
    public static String sources(String key, Path... paths) {
        var quoted = new ArrayList<String>();
        for (var path : paths) {
            quoted.add("\"" + path + "\"");
        }
        return "ingest." + key + "=[" + String.join(",", quoted) + "]";
    }

    LatentData data(String split) {
        return LatentData.open(spark.sparkContext().hadoopConfiguration(), output(), split);
    }

    List<LatentBlock> blocks(String split) {
        var data = data(split);
        return IntStream.range(0, data.blocks().size()).mapToObj(data::read).toList();
    }

    List<Integer> labels(String split) {
        return blocks(split).stream()
                .flatMapToInt(block -> IntStream.of(block.label()))
                .boxed()
                .toList();
    }

    /** Rows of the ledger that meet a condition, in reading order. */
    public List<Row> ledger(String condition) {
        return spark.read()
                .parquet(dir.resolve("data/ledger").toString())
                .filter(condition)
                .collectAsList();
    }

    Manifest manifest() {
        try {
            return Manifest.read(output().getFileSystem(spark.sparkContext().hadoopConfiguration()), output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private org.apache.hadoop.fs.Path output() {
        return new org.apache.hadoop.fs.Path(dir.toString(), "data");
    }
}
