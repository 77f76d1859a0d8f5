package io.flowmap.app.doctor;

import io.flowmap.stage.JobContext;
import io.flowmap.stage.RunConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.network.util.JavaUtils;

/**
 * Facts about a cluster and the settings of the job to run on it.
 *
 * @param master Spark's master
 * @param conf Spark's settings, including Hadoop's under their prefix
 * @param driver the driver's host
 * @param executors reports of the executors about themselves
 * @param workers logical workers of the training
 * @param paths paths of data and runs
 * @param given settings under {@code spark.conf}, as the user wrote them
 */
record ClusterFacts(
        String master,
        Map<String, String> conf,
        HostFacts driver,
        List<ExecutorFacts> executors,
        int workers,
        List<String> paths,
        Map<String, String> given) {
    private static final int TASKS_A_CORE = 4;

    /** Collects facts from every executor of the application. */
    static ClusterFacts of(JobContext context, Map<String, String> given) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var conf = new TreeMap<String, String>();
        Arrays.stream(spark.getConf().getAll()).forEach(entry -> conf.put(entry._1(), entry._2()));
        int tasks = Math.max(1, TASKS_A_CORE * spark.defaultParallelism());
        var executors = spark
                .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                .map(task -> ExecutorFacts.here().toJson())
                .collect()
                .stream()
                .map(ExecutorFacts::fromJson)
                .collect(Collectors.toMap(ExecutorFacts::id, facts -> facts, (one, other) -> one, TreeMap::new));
        int workers = context.settings().tree("distill.training.workers").asInt();
        return new ClusterFacts(
                spark.master(),
                conf,
                HostFacts.here(),
                List.copyOf(executors.values()),
                workers,
                paths(context, context.run()),
                given);
    }

    String conf(String key, String otherwise) {
        return conf.getOrDefault(key, otherwise);
    }

    boolean isTrue(String key) {
        return Boolean.parseBoolean(conf(key, "false"));
    }

    /** Whether driver and executors share one JVM. */
    boolean isLocal() {
        return master.matches("local(\\[.*])?");
    }

    boolean usesS3() {
        return paths.stream().anyMatch(path -> path.startsWith("s3a:"));
    }

    boolean usesRapids() {
        return conf("spark.plugins", "").contains("com.nvidia.spark.SQLPlugin");
    }

    boolean trainsOnGpu() {
        return executors.stream().anyMatch(executor -> executor.library().contains("cuda"));
    }

    /** Native memory that Spark grants an executor in addition to its heap, bytes. */
    long overhead() {
        long heap = JavaUtils.byteStringAsBytes(conf("spark.executor.memory", "1g"));
        double factor = Double.parseDouble(conf("spark.executor.memoryOverheadFactor", "0.1"));
        var given = conf.get("spark.executor.memoryOverhead");
        return given == null ? (long) Math.max(factor * heap, 384L << 20) : JavaUtils.byteStringAsMb(given) << 20;
    }

    private static List<String> paths(JobContext context, RunConfig run) {
        var paths = new ArrayList<>(List.of(run.dir()));
        paths.addAll(run.stages().values());
        for (var key : List.of("ingest.train", "ingest.test")) {
            var value = context.settings().tree(key);
            if (value.isTextual()) {
                paths.add(value.asText());
            }
            value.forEach(path -> paths.add(path.asText()));
        }
        return paths;
    }
}
