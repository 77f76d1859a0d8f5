package io.flowmap.distill.train.memory;

import io.flowmap.distill.train.memory.MemoryPlan.Item;
import io.flowmap.distill.train.memory.MemoryPlan.Place;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.ObjectiveSizes;
import io.flowmap.distill.train.step.TrainingConfig;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.network.util.JavaUtils;
import org.bytedeco.javacpp.Pointer;

/**
 * The memory of a training on a cluster: every vector as long as the trained parameters (docs/design.md lists them with their classes), what
 * programs hold, and the cache of samples.
 *
 * @param local whether driver and executors are one JVM
 * @param slots workers that a JVM runs at the same time
 * @param limits most bytes in each place
 */
public record TrainingMemory(boolean local, int slots, Map<Place, Long> limits) {
    /** What Spark and this program hold on a heap apart from vectors. */
    private static final long BASE = 200L << 20;

    /** What the JVM has beside heap and arrays, and its native ops use for a moment. */
    private static final long NATIVE_BASE = 450L << 20;

    private static final String NATIVE = "org.bytedeco.javacpp.maxbytes=";

    /** The memory of an application, for a training with so many workers. */
    public static TrainingMemory of(SparkContext spark, int workers) {
        var conf = spark.getConf();
        boolean local = spark.isLocal();
        int cores = local ? spark.defaultParallelism() : conf.getInt("spark.executor.cores", 1);
        int slots = Math.max(1, Math.min(workers, cores / conf.getInt("spark.task.cpus", 1)));
        var limits = new EnumMap<Place, Long>(Place.class);
        limits.put(Place.DRIVER_HEAP, Runtime.getRuntime().maxMemory());
        limits.put(Place.DRIVER_NATIVE, Pointer.maxBytes());
        if (!local) {
            limits.put(Place.EXECUTOR_HEAP, JavaUtils.byteStringAsBytes(conf.get("spark.executor.memory", "1g")));
            executorNative(conf, limits);
        }
        limits.values().removeIf(limit -> limit <= 0);
        return new TrainingMemory(local, slots, limits);
    }

    private static void executorNative(SparkConf conf, Map<Place, Long> limits) {
        for (var option : conf.get("spark.executor.extraJavaOptions", "").split("\\s+")) {
            int at = option.indexOf(NATIVE);
            if (at >= 0) {
                limits.put(Place.EXECUTOR_NATIVE, JavaUtils.byteStringAsBytes(option.substring(at + NATIVE.length())));
            }
        }
    }

    /** @param length number of trained parameters */
    public MemoryPlan plan(long length, TrainingConfig config, ObjectiveSizes sizes, BlockSource data) {
        long vector = 4 * length;
        boolean alone = config.average() == TrainingConfig.Average.PARAMETERS;
        var heap = local ? Place.DRIVER_HEAP : Place.EXECUTOR_HEAP;
        var memory = local ? Place.DRIVER_NATIVE : Place.EXECUTOR_NATIVE;
        int travelling = alone ? 3 : 1;
        List<Item> items = new ArrayList<>(List.of(
                new Item("Spark", Place.DRIVER_HEAP, BASE),
                new Item("moments", Place.DRIVER_HEAP, 2 * vector),
                new Item("averages", Place.DRIVER_HEAP, config.emaStds().size() * vector),
                new Item("JVM", Place.DRIVER_NATIVE, NATIVE_BASE),
                new Item("parameters", Place.DRIVER_NATIVE, vector),
                new Item("moments of workers", heap, alone ? 2 * vector * slots : 0),
                new Item("samples", heap, samples(config, data)),
                new Item("texts", heap, texts(data) + slots * textsOfBatch(config, data)),
                new Item("parameters of workers", memory, alone ? vector * slots : 0),
                new Item("gradients", memory, vector * slots),
                new Item("other vectors", memory, sizes.vectors() * slots),
                new Item("activations", memory, sizes.activations() * slots),
                new Item("normalised frozen weights", memory, sizes.folded()),
                new Item("frozen weights", Place.MAPPED, sizes.mapped())));
        if (!local) {
            items.add(new Item("Spark", Place.EXECUTOR_HEAP, BASE));
            items.add(new Item("JVM", Place.EXECUTOR_NATIVE, NATIVE_BASE));
            items.add(new Item("broadcast", Place.DRIVER_HEAP, travelling * vector));
            items.add(new Item("broadcast", Place.EXECUTOR_HEAP, travelling * vector));
            items.add(new Item("state of the round", Place.EXECUTOR_NATIVE, travelling * vector));
        }
        return new MemoryPlan(items, limits);
    }

    /** Samples are cached as float32, up to the configured limit. */
    private static long samples(TrainingConfig config, BlockSource data) {
        long all = data.buckets().stream()
                .mapToLong(bucket -> 4 * bucket.count() * bucket.shape().size())
                .sum();
        return Math.min((long) config.cacheMegabytes() << 20, all);
    }

    /** The cache of texts, and in float32 the empty one for each bucket. */
    private static long texts(BlockSource data) {
        long nulls =
                Math.multiplyExact(4L, data.condition().size()) * data.buckets().size();
        return data.textBytes() == 0 ? 0 : nulls + data.textBytes();
    }

    /** Conditions of a batch as they are read and as the network gets them. */
    private static long textsOfBatch(TrainingConfig config, BlockSource data) {
        return data.textBytes() == 0
                ? 0
                : 2L * 4 * config.batchPerWorker() * data.condition().size();
    }
}
