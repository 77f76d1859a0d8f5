package io.flowmap.distill.train;

import io.flowmap.config.Settings;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** Spark sessions of tests: one at a time, kept between tests while the master is the same. */
public final class Sessions {
    private Sessions() {}

    public static SparkSession open(String master) {
        var active = SparkSession.getDefaultSession();
        if (active.isDefined() && !active.get().sparkContext().master().equals(master)) {
            active.get().stop();
        }
        return SparkSession.builder()
                .master(master)
                .appName("train tests")
                .config("spark.ui.enabled", false)
                .config("spark.shuffle.compress", false)
                .config("spark.broadcast.compress", false)
                .config("spark.executor.memory", "512m")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config(
                        "spark.executor.extraJavaOptions",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .getOrCreate();
    }

    /** A session whose executors are separate JVMs, started from an empty Spark home. */
    static SparkSession cluster(int executors) {
        try {
            Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return open("local-cluster[" + executors + ",1,512]");
    }

    public static JobContext context(SparkSession spark, String... overrides) {
        var settings = Settings.load(Optional.empty(), new ArrayList<>(List.of(overrides)));
        return new JobContext(spark, settings, Progress.log(Clock.systemUTC()), Clock.systemUTC());
    }
}
