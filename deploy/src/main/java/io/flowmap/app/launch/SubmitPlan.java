package io.flowmap.app.launch;

import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Arguments and environment with which spark-submit starts a request. glibc and OpenMP read only environment variables, so these must
 * be set before the JVMs of the driver and executors start.
 */
public final class SubmitPlan {
    private static final String MAIN = "io.flowmap.app.Main";
    private static final String LOCAL = "local[*]";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String LOG = " -Dlog4j2.configurationFile=" + ProgramLog.RESOURCE;
    private static final String SINK = "spark.metrics.conf.driver.sink.prometheusServlet.";
    private static final Map<String, String> PROMETHEUS = Map.of(
            SINK + "class", "org.apache.spark.metrics.sink.PrometheusServlet", SINK + "path", "/metrics/prometheus");

    /** S3 has no rename. S3A's magic committer makes tables visible by completing their multipart uploads. */
    public static final Map<String, String> S3_COMMITTER = Map.of(
            "spark.hadoop.fs.s3a.committer.name",
            "magic",
            "spark.hadoop.fs.s3a.committer.magic.enabled",
            "true",
            "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a",
            "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory",
            "spark.sql.sources.commitProtocolClass",
            "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol",
            "spark.sql.parquet.output.committer.class",
            "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter");

    private final Request request;
    private final SparkConfig spark;
    private final ProgramJars jars;
    private final LocalCluster cluster;
    private final boolean terminal;

    /**
     * @param library the folder of the program's jars
     * @param cluster the cluster started on this machine by {@code flowmap cluster start}
     * @param terminal whether progress is shown on a terminal
     */
    public SubmitPlan(Request request, SparkConfig spark, Path library, LocalCluster cluster, boolean terminal) {
        this.request = request;
        this.spark = spark;
        this.jars = new ProgramJars(library);
        this.cluster = cluster;
        this.terminal = terminal;
    }

    /** Environment variables of the driver. */
    public Map<String, String> environment() {
        var environment = nativeEnvironment();
        if (isLocal()) {
            environment.put("SPARK_LOCAL_IP", LOOPBACK);
        }
        return environment;
    }

    /** Arguments of spark-submit, followed by those of {@code Main}. */
    public List<String> arguments() {
        var arguments = new ArrayList<>(List.of(
                "--master",
                master(),
                "--driver-memory",
                spark.driverMemory(),
                "--driver-class-path",
                jars.classPath()));
        configuration().forEach((key, value) -> arguments.addAll(List.of("--conf", key + "=" + value)));
        arguments.addAll(List.of("--class", MAIN, "spark-internal"));
        arguments.addAll(List.of(request.command().split(" ")));
        request.config().ifPresent(file -> arguments.addAll(List.of("--config", file.toString())));
        arguments.addAll(request.overrides());
        return arguments;
    }

    /**
     * Settings that must not appear on a command line, which other processes can read. Throws {@link UserError} if JVM options are
     * among them, because those always appear on one.
     */
    public Map<String, String> secrets() {
        var secrets = new TreeMap<>(spark.conf());
        secrets.entrySet().removeIf(entry -> !Secrets.isSecret(entry.getKey(), entry.getValue()));
        secrets.keySet().stream()
                .filter(key -> key.endsWith("JavaOptions"))
                .findFirst()
                .ifPresent(key -> {
                    throw new UserError("cannot accept a credential in spark.conf." + key
                            + ", which becomes part of a command line that all processes of a"
                            + " machine can read: put it into a file of Java options and set @FILE");
                });
        cluster.settings(master()).forEach(secrets::putIfAbsent);
        return secrets;
    }

    private Map<String, String> configuration() {
        var conf = new TreeMap<>(NativeSettings.SPARK);
        conf.put("spark.driver.maxResultSize", spark.driverMemory());
        conf.put(
                "spark.driver.extraJavaOptions",
                memoryOptions(spark.driverMemory()) + LOG + " -Dflowmap.terminal=" + terminal);
        conf.put("spark.executor.memory", spark.executorMemory());
        conf.put("spark.executor.memoryOverhead", spark.nativeMemory());
        conf.put("spark.executor.extraJavaOptions", memoryOptions(spark.executorMemory()));
        conf.putAll(jars.forExecutors(spark.executorJars(), master()));
        nativeEnvironment().forEach((name, value) -> conf.put("spark.executorEnv." + name, value));
        Stream.of("LC_ALL", "LC_CTYPE", "LANG")
                .map(name -> System.getenv().getOrDefault(name, ""))
                .filter(locale -> !locale.isEmpty())
                .findFirst()
                .ifPresent(locale -> conf.put("spark.executorEnv.LC_ALL", locale)); // encoding of file names
        if (spark.prometheusPort() > 0) {
            conf.putAll(PROMETHEUS);
        }
        if (request.settings().json().contains("s3a://")) {
            conf.putAll(S3_COMMITTER);
        }
        spark.conf().forEach((key, value) -> {
            if (!Secrets.isSecret(key, value)) {
                conf.merge(key, value, (ours, users) -> isJoined(key) ? ours + separator(key) + users : users);
            }
        });
        return conf;
    }

    /** Whether the user's value of a setting is appended to ours instead of replacing it. */
    static boolean isJoined(String key) {
        return key.endsWith(".extraJavaOptions") || key.equals(ProgramJars.JARS);
    }

    private static String separator(String key) {
        return key.equals(ProgramJars.JARS) ? "," : " ";
    }

    private Map<String, String> nativeEnvironment() {
        var environment = new TreeMap<>(NativeSettings.ENVIRONMENT);
        environment.put("OMP_NUM_THREADS", Integer.toString(spark.threadsPerWorker()));
        return environment;
    }

    private String memoryOptions(String heap) {
        return NativeSettings.memory(heap, spark.nativeMemory());
    }

    private String master() {
        return request.master().orElse(LOCAL);
    }

    private boolean isLocal() {
        return master().startsWith("local") || master().contains(LOOPBACK) || master().contains("localhost");
    }
}
