package io.flowmap.stage;

import io.flowmap.config.Settings;
import io.flowmap.file.Store;
import java.time.Clock;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** What a job can use besides its inputs: the Spark session, the configuration, progress output and the clock. */
public record JobContext(SparkSession spark, Settings settings, Progress progress, Clock clock) {
    /** Key of the command line in Spark's session configuration. */
    public static final String COMMAND = "flowmap.command";

    /** Hadoop configuration of the session. */
    public Configuration hadoop() {
        return spark.sparkContext().hadoopConfiguration();
    }

    /** The section {@code run} of the configuration. */
    public RunConfig run() {
        return settings.section("run", RunConfig.class);
    }

    /** A copy with additional {@code key=value} settings, for a job that runs other jobs. */
    public JobContext with(List<String> overrides) {
        return new JobContext(spark, settings.with(overrides), progress, clock);
    }

    /** The running command line, shown on pages; empty if unknown. */
    public String command() {
        return spark.conf().get(COMMAND, "");
    }

    /** Directory of a stage, absolute and with its scheme, because executors have other working directories. */
    public Path stage(String name) {
        var dir = run().stage(name);
        return Store.of(hadoop(), dir).makeQualified(dir);
    }

    /** Whether a stage exists and is complete. */
    public boolean finished(String stage) {
        var dir = stage(stage);
        return Manifest.exists(Store.of(hadoop(), dir), dir);
    }
}
