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
 * What a task sees of its executor.
 *
 * @param cores of the machine
 * @param memory of the machine, bytes
 * @param heap most bytes of the JVM's heap
 * @param nativeLimit most bytes of native arrays, 0 if not limited
 * @param encoding of the names of files
 * @param library native library of the arithmetic and its threads
 * @param features of the processor, as Linux names them
 * @param allocator variables of the environment that memory allocation and OpenMP read
 * @param gpus addresses that Spark gave the task
 * @param machine the host's own
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
    /** What the name of a library that cannot be loaded begins with. */
    static final String NONE = "none: ";

    private static final Set<String> FEATURES = Set.of("avx2", "avx512f", "fma", "asimd", "sve");

    /** To be called in a task. */
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

    /** A form that any serializer of Spark's carries. */
    String toJson() {
        return Json.pretty(this);
    }

    static ExecutorFacts fromJson(String json) {
        try {
            return Json.mapper().readValue(json, ExecutorFacts.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an executor told of itself in another form: " + json, e);
        }
    }

    /** The loaded library, or why there is none. */
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
