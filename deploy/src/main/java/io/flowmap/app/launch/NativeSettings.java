package io.flowmap.app.launch;

import java.util.List;
import java.util.Map;

/**
 * What JVMs of native operations start with: the one place of it. The launcher reads it. What cannot read it is held against it by
 * tests: root pom, bench.sh and the benches' sessions by NativeSettingsTest, the Dockerfile by ContainerTest, the YAMLs of Kubernetes
 * by KubernetesTest; Airflow and cron call the launcher.
 */
final class NativeSettings {
    /**
     * Of glibc and of GNU's OpenMP: large arrays stay in the heap of malloc instead of being mapped and unmapped for each operation,
     * and threads sleep between parallel regions, since tasks share the cores.
     */
    static final Map<String, String> ENVIRONMENT = Map.of(
            "MALLOC_MMAP_THRESHOLD_", "8589934592",
            "MALLOC_TRIM_THRESHOLD_", "17179869184",
            "MALLOC_TOP_PAD_", "268435456",
            "MALLOC_ARENA_MAX", "2",
            "OMP_WAIT_POLICY", "passive",
            "GOMP_SPINCOUNT", "0");

    /** Of the benches, which have the machine to themselves: the allocator's, and a short spin, which takes 25 % off a step at batch 16. */
    static final Map<String, String> BENCH_OPENMP = Map.of("GOMP_SPINCOUNT", "20000");

    /** Bounds of native memory of the benches, {@code maxbytes} and {@code maxphysicalbytes}: of a process alone, whatever its heap. */
    static final List<String> BENCH_MEMORY = List.of("12g", "20g");

    /** Packages of {@code java.base} that Spark looks into; spark-submit opens them itself, a JVM that starts without it has to. */
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

    /** Of every session: no bar of Spark's own, and floats as they are, which do not compress. */
    static final Map<String, String> SPARK = Map.of(
            "spark.ui.showConsoleProgress", "false",
            "spark.shuffle.compress", "false",
            "spark.broadcast.compress", "false");

    private NativeSettings() {}

    /** JavaCPP's options: native arrays, and the resident memory of the whole process, which has room for as much again beside heap and arrays. */
    static String memory(String heap, String nativeMemory) {
        long bytes = SparkConfig.bytes(nativeMemory);
        return "-Dorg.bytedeco.javacpp.maxbytes=" + bytes + " -Dorg.bytedeco.javacpp.maxphysicalbytes="
                + (SparkConfig.bytes(heap) + 2 * bytes);
    }
}
