package io.flowmap.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The findings on a cluster of two machines, each with a single fault. */
class DiagnosisTest {
    private static final long GIB = 1L << 30;
    private static final String LIBRARY = "nd4j-native-1.0-linux-x86_64-onednn-avx512.jar, 1 threads";
    private static final String JAVA = "17.0.15+6";
    private static final String LIBC = "glibc 2.36";
    private static final String PROCESSOR = "Xeon 1";
    private static final Map<String, String> ALLOCATOR = Map.of(
            "MALLOC_MMAP_THRESHOLD_",
            "268435456",
            "MALLOC_TRIM_THRESHOLD_",
            "17179869184",
            "MALLOC_ARENA_MAX",
            "2",
            "OMP_NUM_THREADS",
            "1");

    private record Misconfiguration(String name, UnaryOperator<ClusterFacts> change, boolean refused, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Misconfiguration> misconfigurations() {
        return List.of(
                refused("JDK 21", executor(0, e -> java(e, "21.0.2+13")), "expected JDK 17, got 21.0.2+13 on a"),
                refused(
                        "an executor without a locale",
                        executor(1, e -> encoding(e, "ANSI_X3.4-1968")),
                        "UTF-8 as encoding of file names, got ANSI_X3.4-1968 on b"),
                refused(
                        "a machine without AVX-512",
                        executor(1, e -> library(e, "nd4j-native-1.0-linux-x86_64-onednn-avx2.jar, 1 threads")),
                        "one native library"),
                refused("no native library", all(e -> library(e, "none: UnsatisfiedLinkError")), "a can load"),
                refused(
                        "no libgomp where the native library wants it",
                        executor(
                                1,
                                e -> machine(library(e, "none: UnsatisfiedLinkError"), host(LIBC, PROCESSOR, false))),
                        "that b can load, got none: UnsatisfiedLinkError, and no libgomp.so.1"),
                warned(
                        "another JDK 17 than the driver's",
                        executor(1, e -> java(e, "17.0.9+9")),
                        "the driver's JDK 17.0.15+6, got 17.0.9+9 on b"),
                warned(
                        "another libc than the driver's",
                        executor(0, e -> machine(e, host("glibc 2.31", PROCESSOR, true))),
                        "the driver's libc glibc 2.36, got glibc 2.31 on a"),
                warned(
                        "another processor than the driver's",
                        all(e -> machine(e, host(LIBC, "Xeon 2", true))),
                        "the driver's processor Xeon 1, got Xeon 2 on a, Xeon 2 on b"),
                refused("Kryo", conf("spark.serializer", "org.apache.spark.serializer.KryoSerializer"), "Kryo"),
                refused("overhead left to Spark", without("spark.executor.memoryOverhead"), "got 400 MiB"),
                refused("heaps larger than the machine", conf("spark.executor.memory", "60g"), "65536 MiB of a"),
                warned(
                        "no allocator variables",
                        executor(0, e -> allocator(e, Map.of("OMP_NUM_THREADS", "1"))),
                        "MALLOC"),
                warned(
                        "all cores for each task's threads",
                        executor(1, e -> allocator(e, with(ALLOCATOR, "OMP_NUM_THREADS", "8"))),
                        "8 tasks of 8 threads"),
                warned(
                        "the slower library",
                        all(e -> library(e, "nd4j-native-1.0-linux-x86_64-onednn-avx2.jar, 1 threads")),
                        "library for AVX-512"),
                warned("more workers than cores", facts -> workers(facts, 17), "each of 17 logical workers, got 16"),
                refused("dynamic allocation", conf("spark.dynamicAllocation.enabled", "true"), "keeps shuffle files"),
                warned("speculation", conf("spark.speculation", "true"), "speculation"),
                refused("runs on a local disk", facts -> paths(facts, "runs/default"), "got runs/default"),
                refused("S3 by renames", without("spark.hadoop.fs.s3a.committer.name"), "got file"),
                refused(
                        "S3 without the cloud protocol",
                        without("spark.sql.sources.commitProtocolClass"),
                        "without Spark's cloud protocol"),
                refused(
                        "keys in the configuration",
                        facts -> given(facts, "spark.hadoop.fs.s3a.secret.key"),
                        "spark.conf.spark.hadoop.fs.s3a.secret.key"),
                refused("keys in a path", facts -> paths(facts, "s3a://user:pass@bucket/runs"), "user and password"),
                refused("RAPIDS without a GPU", conf("spark.plugins", "com.nvidia.spark.SQLPlugin"), "got none"),
                refused(
                        "RAPIDS and ND4J on one GPU",
                        facts -> conf("spark.plugins", "com.nvidia.spark.SQLPlugin")
                                .apply(conf("spark.rapids.memory.gpu.allocFraction", "0.9")
                                        .apply(gpus(facts))),
                        "RAPIDS takes 90 %"),
                refused(
                        "four tasks per GPU",
                        facts -> conf("spark.task.resource.gpu.amount", "0.25").apply(gpus(facts)),
                        "got 0.25 GPUs per task"),
                warned(
                        "a GPU and the library for processors",
                        facts -> all(e -> library(e, LIBRARY)).apply(gpus(facts)),
                        "GPU of"));
    }

    @Test
    void aCorrectClusterHasNoFindings() {
        assertThat(Diagnosis.of(sound())).isEmpty();
        assertThat(Diagnosis.of(gpus(sound()))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("misconfigurations")
    void eachMisconfigurationIsFoundWithItsFix(Misconfiguration misconfiguration) {
        var findings = Diagnosis.of(misconfiguration.change().apply(sound()));
        assertThat(findings).anySatisfy(finding -> {
            assertThat(finding.what()).contains(misconfiguration.expected());
            assertThat(finding.refused()).isEqualTo(misconfiguration.refused());
            assertThat(finding.fix()).isNotBlank();
        });
        assertThat(findings.stream().map(Finding::text)).noneMatch(text -> text.contains("user:pass"));
    }

    private static ClusterFacts sound() {
        var conf = new TreeMap<>(Map.of(
                "spark.executor.memory",
                "4000m",
                "spark.executor.memoryOverhead",
                "6g",
                "spark.executor.cores",
                "8",
                "spark.hadoop.fs.s3a.committer.name",
                "magic",
                "spark.sql.sources.commitProtocolClass",
                "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol"));
        return new ClusterFacts(
                "spark://master:7077",
                conf,
                host(LIBC, PROCESSOR, true),
                List.of(executor("0", "a"), executor("1", "b")),
                16,
                List.of("s3a://bucket/runs", "s3a://bucket/data"),
                Map.of(
                        "spark.hadoop.fs.s3a.aws.credentials.provider",
                        "com.amazonaws.auth.EnvironmentVariableCredentialsProvider"));
    }

    private static ExecutorFacts executor(String id, String host) {
        return new ExecutorFacts(
                id,
                host,
                8,
                64 * GIB,
                4 * GIB,
                6 * GIB,
                "UTF-8",
                LIBRARY,
                Set.of("avx2", "avx512f"),
                ALLOCATOR,
                List.of(),
                host(LIBC, PROCESSOR, true));
    }

    private static HostFacts host(String libc, String processor, boolean libgomp) {
        return new HostFacts(JAVA, libc, processor, libgomp);
    }

    private static Misconfiguration refused(String name, UnaryOperator<ClusterFacts> change, String expected) {
        return new Misconfiguration(name, change, true, expected);
    }

    private static Misconfiguration warned(String name, UnaryOperator<ClusterFacts> change, String expected) {
        return new Misconfiguration(name, change, false, expected);
    }

    private static UnaryOperator<ClusterFacts> conf(String key, String value) {
        return facts -> conf(facts, with(facts.conf(), key, value));
    }

    private static UnaryOperator<ClusterFacts> without(String key) {
        return facts -> {
            var conf = new TreeMap<>(facts.conf());
            conf.remove(key);
            return conf(facts, conf);
        };
    }

    private static UnaryOperator<ClusterFacts> executor(int number, UnaryOperator<ExecutorFacts> change) {
        return facts -> {
            var executors = new ArrayList<>(facts.executors());
            executors.set(number, change.apply(executors.get(number)));
            return executors(facts, executors);
        };
    }

    private static UnaryOperator<ClusterFacts> all(UnaryOperator<ExecutorFacts> change) {
        return facts -> executors(facts, facts.executors().stream().map(change).toList());
    }

    /** The same cluster, with training on the GPU of each machine. */
    private static ClusterFacts gpus(ClusterFacts facts) {
        var conf = with(
                with(facts.conf(), "spark.executor.resource.gpu.amount", "1"), "spark.task.resource.gpu.amount", "1");
        return all(e -> new ExecutorFacts(
                        e.id(),
                        e.host(),
                        e.cores(),
                        e.memory(),
                        e.heap(),
                        e.nativeLimit(),
                        e.encoding(),
                        "nd4j-cuda-11.6-1.0-linux-x86_64-cudnn-avx512.jar, 1 threads",
                        e.features(),
                        e.allocator(),
                        List.of("0"),
                        e.machine()))
                .apply(conf(facts, conf));
    }

    private static Map<String, String> with(Map<String, String> map, String key, String value) {
        var more = new TreeMap<>(map);
        more.put(key, value);
        return more;
    }

    private static ClusterFacts conf(ClusterFacts f, Map<String, String> conf) {
        return new ClusterFacts(f.master(), conf, f.driver(), f.executors(), f.workers(), f.paths(), f.given());
    }

    private static ClusterFacts executors(ClusterFacts f, List<ExecutorFacts> executors) {
        return new ClusterFacts(f.master(), f.conf(), f.driver(), executors, f.workers(), f.paths(), f.given());
    }

    private static ClusterFacts workers(ClusterFacts f, int workers) {
        return new ClusterFacts(f.master(), f.conf(), f.driver(), f.executors(), workers, f.paths(), f.given());
    }

    private static ClusterFacts paths(ClusterFacts f, String path) {
        return new ClusterFacts(f.master(), f.conf(), f.driver(), f.executors(), f.workers(), List.of(path), f.given());
    }

    private static ClusterFacts given(ClusterFacts f, String key) {
        return new ClusterFacts(
                f.master(), f.conf(), f.driver(), f.executors(), f.workers(), f.paths(), Map.of(key, "x"));
    }

    private static ExecutorFacts java(ExecutorFacts e, String java) {
        var host = e.machine();
        return machine(e, new HostFacts(java, host.libc(), host.processor(), host.libgomp()));
    }

    private static ExecutorFacts encoding(ExecutorFacts e, String encoding) {
        return changed(e, encoding, e.library(), e.allocator());
    }

    private static ExecutorFacts library(ExecutorFacts e, String library) {
        return changed(e, e.encoding(), library, e.allocator());
    }

    private static ExecutorFacts allocator(ExecutorFacts e, Map<String, String> allocator) {
        return changed(e, e.encoding(), e.library(), allocator);
    }

    private static ExecutorFacts changed(
            ExecutorFacts e, String encoding, String library, Map<String, String> allocator) {
        return new ExecutorFacts(
                e.id(),
                e.host(),
                e.cores(),
                e.memory(),
                e.heap(),
                e.nativeLimit(),
                encoding,
                library,
                e.features(),
                allocator,
                e.gpus(),
                e.machine());
    }

    private static ExecutorFacts machine(ExecutorFacts e, HostFacts machine) {
        return new ExecutorFacts(
                e.id(),
                e.host(),
                e.cores(),
                e.memory(),
                e.heap(),
                e.nativeLimit(),
                e.encoding(),
                e.library(),
                e.features(),
                e.allocator(),
                e.gpus(),
                machine);
    }
}
