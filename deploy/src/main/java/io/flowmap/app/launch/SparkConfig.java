package io.flowmap.app.launch;

import java.util.Map;
import org.apache.spark.network.util.JavaUtils;

/** The section {@code spark}. */
public record SparkConfig(
        String appName,
        String driverMemory,
        String executorMemory,
        String nativeMemory,
        int threadsPerWorker,
        String executorJars,
        int uiPort,
        int prometheusPort,
        String eventLog,
        String logLevel,
        Map<String, String> conf) {
    private static final int MOST_PORT = 65535;

    public SparkConfig {
        requireBytes("driver-memory", driverMemory);
        requireBytes("executor-memory", executorMemory);
        requireBytes("native-memory", nativeMemory);
        if (threadsPerWorker < 1) {
            throw new IllegalArgumentException("expected threads-per-worker of at least 1, got " + threadsPerWorker);
        }
        requirePort("ui-port", uiPort);
        requirePort("prometheus-port", prometheusPort);
        if (!logLevel.matches("ERROR|WARN|INFO|DEBUG")) {
            throw new IllegalArgumentException("expected log-level ERROR, WARN, INFO or DEBUG, got " + logLevel);
        }
        ProgramJars.requireKnown(executorJars);
        conf = Map.copyOf(conf);
    }

    /** Number of bytes of a size in Spark's notation. */
    static long bytes(String size) {
        return JavaUtils.byteStringAsBytes(size);
    }

    private static void requirePort(String key, int port) {
        if (port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException("expected " + key + " from 0 to " + MOST_PORT + ", got " + port);
        }
    }

    private static void requireBytes(String key, String size) {
        try {
            bytes(size);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a size such as 4g for " + key + ", got " + size, e);
        }
    }
}
