package io.flowmap.app.launch;

import java.util.List;
import java.util.Map;

/**
 * Start settings of JVMs with native operations, defined only here and read by the launcher. Copies that cannot read this class are
 * checked by tests: the root pom, bench.sh and the benches' sessions by NativeSettingsTest, the Dockerfile by ContainerTest,
 * Kubernetes' YAML files by KubernetesTest. Airflow and cron call the launcher.
 */
final class NativeSettings {
    /**
     * Variables of glibc and GNU's OpenMP. Arrays of an operation stay in malloc's heap instead of being mapped and unmapped each time; those
     * above 256 MiB, vectors of a large network, are given back;
     * and threads sleep between parallel regions because tasks share the cores.
     */
    static final Map<String, String> ENVIRONMENT = Map.of(
            "MALLOC_MMAP_THRESHOLD_", "268435456",
            "MALLOC_TRIM_THRESHOLD_", "17179869184",
            "MALLOC_TOP_PAD_", "268435456",
            "MALLOC_ARENA_MAX", "2",
            "OMP_WAIT_POLICY", "passive",
            "GOMP_SPINCOUNT", "0");

    /**
     * Variables of the benches, which have the machine to themselves. A short spin of OpenMP's threads takes 25 % off a step at batch
     * 16.
     */
    static final Map<String, String> BENCH_OPENMP = Map.of("GOMP_SPINCOUNT", "20000");

    /** Limits of native memory of the benches, {@code maxbytes} and {@code maxphysicalbytes}, for a single process of any heap size. */
    static final List<String> BENCH_MEMORY = List.of("12g", "20g");

    /**
     * Packages of {@code java.base} that Spark accesses by reflection. spark-submit opens them; a JVM started without it must open them
     * itself.
     */
    static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    /** Settings of every session: no progress bar from Spark, and no compression, since floats do not compress. */
    static final Map<String, String> SPARK = Map.of(
            "spark.ui.showConsoleProgress", "false",
            "spark.shuffle.compress", "false",
            "spark.broadcast.compress", "false");

    private NativeSettings() {}

    /**
     * JavaCPP's limits: of native arrays, and of the resident memory of the whole process. The latter is the heap plus twice the native
     * memory, to leave room for allocations that are not arrays.
     */
    static String memory(String heap, String nativeMemory) {
        long bytes = SparkConfig.bytes(nativeMemory);
        return "-Dorg.bytedeco.javacpp.maxbytes=" + bytes + " -Dorg.bytedeco.javacpp.maxphysicalbytes="
                + (SparkConfig.bytes(heap) + 2 * bytes);
    }
}
