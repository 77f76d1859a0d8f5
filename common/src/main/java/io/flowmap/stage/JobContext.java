package io.flowmap.stage;

import io.flowmap.config.Settings;
import io.flowmap.file.Store;
import java.time.Clock;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** What a job may use besides its inputs: the session, the configuration, a place to show progress, the time. */
public record JobContext(SparkSession spark, Settings settings, Progress progress, Clock clock) {
    /** Key of Spark's session that holds the command line. */
    public static final String COMMAND = "flowmap.command";

    /** Hadoop's configuration of the session, for file systems. */
    public Configuration hadoop() {
        return spark.sparkContext().hadoopConfiguration();
    }

    /** The section {@code run} of the configuration. */
    public RunConfig run() {
        return settings.section("run", RunConfig.class);
    }

    /** The same with more {@code key=value} settings, for a job that runs others. */
    public JobContext with(List<String> overrides) {
        return new JobContext(spark, settings.with(overrides), progress, clock);
    }

    /** The command line that runs, for pages; empty where nobody told it. */
    public String command() {
        return spark.conf().get(COMMAND, "");
    }

    /** The directory of a stage, absolute and with its scheme, since executors work elsewhere. */
    public Path stage(String name) {
        var dir = run().stage(name);
        return Store.of(hadoop(), dir).makeQualified(dir);
    }

    /** Whether a stage is there and complete. */
    public boolean finished(String stage) {
        var dir = stage(stage);
        return Manifest.exists(Store.of(hadoop(), dir), dir);
    }
}
