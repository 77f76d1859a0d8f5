package io.flowmap.app.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.flowmap.config.Json;
import io.flowmap.tensor.NativeLibrary;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.network.util.JavaUtils;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Facts about an executor, collected in one of its tasks.
 *
 * @param cores processor cores of the machine
 * @param memory memory of the machine, bytes
 * @param heap maximum size of the JVM's heap, bytes
 * @param nativeLimit maximum bytes of native arrays, 0 if unlimited
 * @param encoding encoding of file names
 * @param library native library of the arithmetic, and its threads
 * @param features features of the processor, as Linux names them
 * @param allocator environment variables read by memory allocation and OpenMP
 * @param gpus GPU addresses that Spark assigned to the task
 * @param machine facts about the host
 */
record ExecutorFacts(
        String id,
        String host,
        int cores,
        long memory,
        long heap,
        long nativeLimit,
        String encoding,
        String library,
        Set<String> features,
        Map<String, String> allocator,
        List<String> gpus,
        HostFacts machine) {
    /** Prefix of {@link #library} if no library could be loaded. */
    static final String NONE = "none: ";

    private static final Set<String> FEATURES = Set.of("avx2", "avx512f", "fma", "asimd", "sve");

    /** Collects the facts; call it in a task. */
    static ExecutorFacts here() {
        var gpu = TaskContext.get().resourcesJMap().get("gpu");
        return new ExecutorFacts(
                SparkEnv.get().executorId(),
                SparkEnv.get().blockManager().blockManagerId().host(),
                Runtime.getRuntime().availableProcessors(),
                machineMemory(),
                Runtime.getRuntime().maxMemory(),
                JavaUtils.byteStringAsBytes(System.getProperty("org.bytedeco.javacpp.maxbytes", "0")),
                System.getProperty("sun.jnu.encoding"),
                loadedLibrary(),
                processorFeatures(),
                allocatorVariables(System.getenv()),
                gpu == null ? List.of() : List.of(gpu.addresses()),
                HostFacts.here());
    }

    String java() {
        return machine.java();
    }

    /** The facts as JSON, which any of Spark's serializers can transport. */
    String toJson() {
        return Json.pretty(this);
    }

    static ExecutorFacts fromJson(String json) {
        try {
            return Json.mapper().readValue(json, ExecutorFacts.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot read an executor's facts: " + json, e);
        }
    }

    /** The loaded library, or the reason why there is none. */
    private static String loadedLibrary() {
        try {
            Nd4j.getBackend();
            return NativeLibrary.description();
        } catch (LinkageError | RuntimeException e) {
            return NONE + e;
        }
    }

    private static Map<String, String> allocatorVariables(Map<String, String> environment) {
        var variables = new TreeMap<>(environment);
        variables
                .keySet()
                .removeIf(name -> !name.startsWith("MALLOC_") && !name.startsWith("OMP_") && !name.startsWith("GOMP_"));
        return variables;
    }

    private static long machineMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private static Set<String> processorFeatures() {
        try (var lines = Files.lines(HostFacts.PROCESSORS)) {
            var features = new TreeSet<String>();
            lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .ifPresent(line -> features.addAll(Arrays.asList(
                            line.substring(line.indexOf(':') + 1).strip().split(" "))));
            features.retainAll(FEATURES);
            return features;
        } catch (IOException e) {
            return Set.of();
        }
    }
}
