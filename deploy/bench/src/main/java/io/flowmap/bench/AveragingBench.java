package io.flowmap.bench;

import io.flowmap.config.Settings;
import io.flowmap.distill.train.Trainer;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.TrainingConfig;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.ProcessEnd;
import io.flowmap.tensor.CounterRandom;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Times rounds of the real trainer without compute. {@code gradients} sends one vector each way (the parameters out, the average of the
 * workers' vectors back), {@code parameters} sends three (with Adam's moments). Every round includes the update, one power-function
 * average and the table of rounds.
 */
@Command(
        name = "averaging",
        mixinStandardHelpOptions = true,
        description =
                "Milliseconds of an averaging round and bytes through the driver, by parameters and logical workers.")
public final class AveragingBench implements Callable<Integer> {
    private static final int WARMUP_ROUNDS = 6;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--parameters",
            split = ",",
            defaultValue = "2000000,50000000",
            description = "Numbers of parameters (${DEFAULT-VALUE}).")
    private List<Integer> parameters;

    @Option(
            names = "--workers",
            split = ",",
            defaultValue = "2,4",
            description = "Numbers of logical workers (${DEFAULT-VALUE}).")
    private List<Integer> workers;

    @Option(
            names = "--average",
            split = ",",
            defaultValue = "gradients,parameters",
            description = "What is averaged (${DEFAULT-VALUE}).")
    private List<String> averages;

    @Option(
            names = "--rounds",
            defaultValue = "8",
            description = "Measured rounds, after six warm-up rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--master",
            defaultValue = "local-cluster[2,1,6144]",
            description = "Spark master if spark-submit sets none (${DEFAULT-VALUE}).")
    private String master;

    @Option(names = "--executor-memory", defaultValue = "6g", description = "Heap of an executor (${DEFAULT-VALUE}).")
    private String executorMemory;

    @Option(names = "--conf", description = "Further Spark settings, key=value.")
    private Map<String, String> conf = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        ProcessEnd.prepare();
        ProcessEnd.exit(new CommandLine(new AveragingBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        try (var spark = session()) {
            for (int length : parameters) {
                for (var average : averages) {
                    for (int count : workers) {
                        measure(spark, length, average, count, out);
                    }
                }
            }
        }
        return 0;
    }

    private SparkSession session() {
        var builder = SparkSession.builder()
                .appName("flowmap bench averaging")
                .config("spark.ui.enabled", false)
                .config("spark.broadcast.compress", false)
                .config("spark.shuffle.compress", false)
                .config("spark.driver.maxResultSize", "0");
        if (System.getProperty("spark.master") == null) {
            builder.master(master).config("spark.executor.memory", executorMemory);
        }
        if (System.getProperty("spark.executor.extraClassPath") == null) {
            builder.config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        }
        conf.forEach(builder::config);
        return builder.getOrCreate();
    }

    private void measure(SparkSession spark, int length, String average, int count, PrintWriter out) throws Exception {
        var dir = java.nio.file.Files.createTempDirectory("flowmap-averaging");
        var objective = new FlatQuadratic(length);
        var times = new RoundTimes();
        var settings = Settings.load(Optional.empty(), overrides(average, count));
        var context = new JobContext(spark, settings, times, Clock.systemUTC());
        var config = settings.section("training", TrainingConfig.class);
        try {
            new Trainer(context, objective, BlockSource.empty(), config, new Path(dir.toUri()))
                    .train(() -> drawn(length), objective.layout());
        } finally {
            new Path(dir.toUri()).getFileSystem(context.hadoop()).delete(new Path(dir.toUri()), true);
        }
        out.printf(
                Locale.ROOT,
                "averaging parameters=%d workers=%d average=%s vectors=%d round_ms=%.0f slowest_ms=%.0f driver_read_mb=%.1f driver_written_mb=%.1f%n",
                length,
                count,
                average,
                average.equals("gradients") ? 1 : 3,
                times.millis(WARMUP_ROUNDS),
                times.slowest(WARMUP_ROUNDS),
                times.megabytesRead(WARMUP_ROUNDS),
                times.megabytesWritten(WARMUP_ROUNDS));
        out.flush();
    }

    /** Random values, since zeros would compress. */
    private static float[] drawn(int length) {
        var random = new CounterRandom(1);
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.uniform(i) - 0.5f;
        }
        return values;
    }

    private List<String> overrides(String average, int count) {
        int steps = WARMUP_ROUNDS + rounds;
        return List.of(
                "training.average=" + average,
                "training.workers=" + count,
                "training.batch-per-worker=8",
                "training.steps=" + steps,
                "training.ema-stds=[0.1]",
                "training.metrics-every=1000",
                "training.checkpoint-every=1000000",
                "training.snapshot-every=0",
                "training.keep-checkpoints=1");
    }
}
