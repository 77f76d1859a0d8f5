package io.flowmap.bench;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.set.NeighbourTiles;
import io.flowmap.stage.PeakMemory;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench recall}: exact precision and recall on Spark for sets too large for any executor; prints the time and an executor's peak
 * memory. The features are drawn on the executors: Gaussian, and for the generated set with the first coordinates shifted.
 */
@Command(
        name = "recall",
        mixinStandardHelpOptions = true,
        description = "Precision and recall of large sets in small executors: time and peak memory.")
public final class RecallBench implements Callable<Integer> {
    private static final int BLOCK = 1024;
    private static final int SHIFTED = 8;

    /** InceptionV3's number of features. With the dimension the products grow in proportion, the rest less. */
    private static final int INCEPTION = 2048;

    @Spec
    private CommandSpec spec;

    @Option(names = "--real", defaultValue = "200000", description = "Real images (${DEFAULT-VALUE}).")
    private int real;

    @Option(names = "--generated", defaultValue = "50000", description = "Generated images (${DEFAULT-VALUE}).")
    private int generated;

    @Option(names = "--dimension", defaultValue = "256", description = "Features per image (${DEFAULT-VALUE}).")
    private int dimension;

    @Option(names = "--neighbours", defaultValue = "3", description = "k (${DEFAULT-VALUE}).")
    private int neighbours;

    @Option(
            names = "--master",
            defaultValue = "local-cluster[1,2,2048]",
            description = "Spark master if spark-submit sets none (${DEFAULT-VALUE}).")
    private String master;

    @Option(names = "--executor-memory", defaultValue = "1g", description = "Heap of an executor (${DEFAULT-VALUE}).")
    private String executorMemory;

    @Override
    public Integer call() {
        try (var spark = session()) {
            var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            long start = System.nanoTime();
            var realBalls = NeighbourTiles.balls(drawn(context, real, 1, 0), neighbours);
            var generatedBalls = NeighbourTiles.balls(drawn(context, generated, 2, 1), neighbours);
            var result = NeighbourTiles.of(realBalls, generatedBalls);
            double seconds = (System.nanoTime() - start) * 1e-9;
            int tasks = 4 * context.defaultParallelism();
            long peak = context.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                    .map(task -> PeakMemory.megabytes())
                    .reduce(Math::max);
            var out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "recall real=%d generated=%d dimension=%d seconds=%.1f seconds_at_%d_at_most=%.0f executor_peak_rss_mb=%d precision=%.5f recall=%.5f%n",
                    real,
                    generated,
                    dimension,
                    seconds,
                    INCEPTION,
                    seconds * INCEPTION / dimension,
                    peak,
                    result.precision(),
                    result.recall());
            out.flush();
        }
        return 0;
    }

    private SparkSession session() {
        var builder = SparkSession.builder().appName("flowmap bench recall").config("spark.ui.enabled", false);
        if (System.getProperty("spark.master") == null) {
            builder.master(master).config("spark.executor.memory", executorMemory);
        }
        if (System.getProperty("spark.executor.extraClassPath") == null) {
            builder.config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        }
        return builder.getOrCreate();
    }

    private JavaRDD<FeatureBlock> drawn(JavaSparkContext context, int rows, long seed, float shift) {
        int d = dimension;
        List<Integer> blocks =
                IntStream.range(0, (rows + BLOCK - 1) / BLOCK).boxed().toList();
        return context.parallelize(blocks, Math.min(blocks.size(), 4 * context.defaultParallelism()))
                .map(block -> drawn(block, Math.min(BLOCK, rows - block * BLOCK), d, seed, shift))
                .persist(StorageLevel.DISK_ONLY());
    }

    private static FeatureBlock drawn(int block, int rows, int dimension, long seed, float shift) {
        var features = new float[rows * dimension];
        new CounterRandom(seed).gaussians(features, 0, features.length, block);
        for (int at = 0; at < features.length; at += dimension) {
            for (int j = 0; j < Math.min(SHIFTED, dimension); j++) {
                features[at + j] += shift;
            }
        }
        return new FeatureBlock(block, dimension, features);
    }
}
