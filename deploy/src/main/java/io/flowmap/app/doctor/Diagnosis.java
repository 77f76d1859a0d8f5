package io.flowmap.app.doctor;

import io.flowmap.config.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.network.util.JavaUtils;

/** Checks of a cluster. Each check looks only at the facts and reports at most one problem. */
final class Diagnosis {
    private static final List<Function<ClusterFacts, Optional<Finding>>> CHECKS = List.of(
            Diagnosis::java,
            Diagnosis::encoding,
            Diagnosis::library,
            Diagnosis::mixed,
            Diagnosis::otherJava,
            Diagnosis::otherLibc,
            Diagnosis::otherProcessor,
            Diagnosis::serializer,
            Diagnosis::overhead,
            Diagnosis::machineMemory,
            Diagnosis::allocator,
            Diagnosis::threads,
            Diagnosis::processor,
            Diagnosis::cores,
            Diagnosis::dynamicAllocation,
            Diagnosis::speculation,
            Diagnosis::localPaths,
            Diagnosis::committer,
            Diagnosis::credentials,
            Diagnosis::rapidsWithoutGpu,
            Diagnosis::rapidsMemory,
            Diagnosis::gpuTasks,
            Diagnosis::idleGpu);
    private static final Set<String> ALLOCATOR =
            Set.of("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_ARENA_MAX");
    private static final String COMMITTER = "spark.hadoop.fs.s3a.committer.name";
    private static final String PROTOCOL = "spark.sql.sources.commitProtocolClass";

    private Diagnosis() {}

    /** All findings, in the order of the checks. */
    static List<Finding> of(ClusterFacts facts) {
        var findings = new ArrayList<Finding>();
        CHECKS.forEach(check -> check.apply(facts).ifPresent(findings::add));
        return findings;
    }

    private static Optional<Finding> java(ClusterFacts facts) {
        return facts.executors().stream()
                .filter(executor -> !executor.java().startsWith("17."))
                .findFirst()
                .map(executor -> Finding.refuse(
                        "expected JDK 17, got " + executor.java() + " on " + executor.host(),
                        "set JAVA_HOME there, or spark.executorEnv.JAVA_HOME"));
    }

    private static Optional<Finding> encoding(ClusterFacts facts) {
        return facts.executors().stream()
                .filter(executor -> !executor.encoding().equals("UTF-8"))
                .findFirst()
                .map(executor -> Finding.refuse(
                        "expected UTF-8 as encoding of file names, got " + executor.encoding() + " on "
                                + executor.host(),
                        "set spark.executorEnv.LC_ALL to a UTF-8 locale installed there, such as C.UTF-8"));
    }

    private static Optional<Finding> library(ClusterFacts facts) {
        return facts.executors().stream()
                .filter(executor -> executor.library().startsWith(ExecutorFacts.NONE))
                .findFirst()
                .map(executor -> executor.machine().libgomp() ? noLibrary(executor) : noLibgomp(executor));
    }

    private static Finding noLibrary(ExecutorFacts executor) {
        return Finding.refuse(
                "expected a native library that " + executor.host() + " can load, got " + executor.library(),
                "build with FLOWMAP_NATIVES for that machine, and make its jar available to executors (spark.executor-jars)");
    }

    private static Finding noLibgomp(ExecutorFacts executor) {
        return Finding.refuse(
                "expected a native library that " + executor.host() + " can load, got " + executor.library()
                        + ", and no libgomp.so.1 there",
                "install libgomp on " + executor.host() + " (Debian: libgomp1)");
    }

    private static Optional<Finding> mixed(ClusterFacts facts) {
        var libraries = distinct(facts, ExecutorFacts::library);
        if (libraries.size() > 1) {
            return Optional.of(Finding.refuse(
                    "expected one native library and number of threads, got " + libraries
                            + ": workers would round differently",
                    "use machines of one kind, or pass the same nd4j.natives to all"));
        }
        return Optional.empty();
    }

    private static Optional<Finding> otherJava(ClusterFacts facts) {
        return other(facts, "JDK", HostFacts::java)
                .map(found -> Finding.warn(
                        found + ": its mathematics may round differently", "install the same JDK on all hosts"));
    }

    private static Optional<Finding> otherLibc(ClusterFacts facts) {
        return other(facts, "libc", HostFacts::libc)
                .map(found -> Finding.warn(
                        found + ": its mathematical functions may round differently",
                        "use the same operating system or image on all hosts"));
    }

    private static Optional<Finding> otherProcessor(ClusterFacts facts) {
        return other(facts, "processor", HostFacts::processor)
                .map(found -> Finding.warn(
                        found + ": OpenBLAS and oneDNN choose their kernels by it, which may round differently",
                        "use hosts of one kind if results must be reproducible to the bit"));
    }

    /** The values of a property on executors' hosts that differ from the driver's, with host names; empty if all agree. */
    private static Optional<String> other(ClusterFacts facts, String what, Function<HostFacts, String> property) {
        var own = property.apply(facts.driver());
        var others = facts.executors().stream()
                .filter(executor -> !property.apply(executor.machine()).equals(own))
                .map(executor -> property.apply(executor.machine()) + " on " + executor.host())
                .distinct()
                .sorted()
                .toList();
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of("expected the driver's " + what + " " + own + ", got " + String.join(", ", others));
    }

    private static Optional<Finding> serializer(ClusterFacts facts) {
        var serializer = facts.conf("spark.serializer", "");
        return serializer.contains("Kryo")
                ? Optional.of(Finding.refuse(
                        "expected Java's serializer, got " + serializer + ", which cannot write records",
                        "remove the setting spark.serializer"))
                : Optional.empty();
    }

    private static Optional<Finding> overhead(ClusterFacts facts) {
        long wanted = facts.executors().stream()
                .mapToLong(ExecutorFacts::nativeLimit)
                .max()
                .orElse(0);
        return !facts.isLocal() && facts.overhead() < wanted
                ? Optional.of(Finding.refuse(
                        "expected memory beside the heap for native arrays of " + mebibytes(wanted) + " MiB, got "
                                + mebibytes(facts.overhead()) + " MiB: the cluster would kill executors",
                        "set spark.executor.memoryOverhead, or a smaller spark.native-memory"))
                : Optional.empty();
    }

    private static Optional<Finding> machineMemory(ClusterFacts facts) {
        long executor = facts.isLocal()
                ? 0
                : JavaUtils.byteStringAsBytes(facts.conf("spark.executor.memory", "1g")) + facts.overhead();
        for (var host : distinct(facts, ExecutorFacts::host)) {
            var there = facts.executors().stream()
                    .filter(other -> other.host().equals(host))
                    .toList();
            long memory = there.get(0).memory();
            long wanted = facts.isLocal() ? there.get(0).heap() + there.get(0).nativeLimit() : executor * there.size();
            if (memory > 0 && wanted > memory) {
                return Optional.of(Finding.refuse(
                        "expected at most the " + mebibytes(memory) + " MiB of " + host + ", got " + there.size()
                                + " executors that may take " + mebibytes(wanted) + " MiB",
                        "set smaller spark.executor-memory, spark.driver-memory or spark.native-memory"));
            }
        }
        return Optional.empty();
    }

    private static Optional<Finding> allocator(ClusterFacts facts) {
        for (var executor : facts.executors()) {
            var missing = ALLOCATOR.stream()
                    .filter(name -> !executor.allocator().containsKey(name))
                    .sorted()
                    .toList();
            if (!missing.isEmpty()) {
                return Optional.of(Finding.warn(
                        "expected the allocator's variables on executor " + executor.id() + ", got none of " + missing
                                + ": page faults take half of the time",
                        "start with bin/flowmap, or set them on the driver and as spark.executorEnv.NAME"));
            }
        }
        return Optional.empty();
    }

    private static Optional<Finding> threads(ClusterFacts facts) {
        for (var executor : facts.executors()) {
            int threads = Integer.parseInt(executor.allocator().getOrDefault("OMP_NUM_THREADS", "0"));
            int slots = slots(facts, executor);
            if (threads == 0 || (long) threads * slots > Math.max(executor.cores(), slots)) {
                return Optional.of(
                        Finding.warn(
                                "expected at most " + executor.cores() + " native threads on executor " + executor.id()
                                        + ", got "
                                        + slots + " tasks of "
                                        + (threads == 0 ? "any number" : Integer.toString(threads))
                                        + " threads",
                                "set OMP_NUM_THREADS (spark.threads-per-worker) lower, or spark.task.cpus to the number of threads"));
            }
        }
        return Optional.empty();
    }

    private static Optional<Finding> processor(ClusterFacts facts) {
        return facts.executors().stream()
                .filter(executor -> executor.features().contains("avx512f")
                        && executor.library().contains("x86_64")
                        && !executor.library().contains("avx512"))
                .findFirst()
                .map(executor -> Finding.warn(
                        "expected the native library for AVX-512 on " + executor.host() + ", got " + executor.library(),
                        "build with -Dnd4j.natives=linux-x86_64-onednn-avx512, if all machines have it"));
    }

    private static Optional<Finding> cores(ClusterFacts facts) {
        int slots = facts.executors().stream()
                .mapToInt(executor -> slots(facts, executor))
                .sum();
        return slots < facts.workers()
                ? Optional.of(Finding.warn(
                        "expected a core for each of " + facts.workers() + " logical workers, got " + slots
                                + ": they take turns",
                        "add executors or cores, or set fewer training.workers (which changes the result)"))
                : Optional.empty();
    }

    private static Optional<Finding> dynamicAllocation(ClusterFacts facts) {
        boolean kept = facts.isTrue("spark.shuffle.service.enabled")
                || facts.isTrue("spark.dynamicAllocation.shuffleTracking.enabled")
                || facts.isTrue("spark.decommission.enabled");
        return facts.isTrue("spark.dynamicAllocation.enabled") && !kept
                ? Optional.of(Finding.refuse(
                        "expected a service that keeps shuffle files when dynamic allocation removes executors, got"
                                + " none",
                        "set spark.dynamicAllocation.shuffleTracking.enabled=true, or a fixed"
                                + " spark.executor.instances"))
                : Optional.empty();
    }

    private static Optional<Finding> speculation(ClusterFacts facts) {
        return facts.isTrue("spark.speculation")
                ? Optional.of(Finding.warn(
                        "expected each training step to run once, got speculation: slow steps run twice, with the same"
                                + " result",
                        "set spark.speculation=false"))
                : Optional.empty();
    }

    private static Optional<Finding> localPaths(ClusterFacts facts) {
        boolean manyHosts = distinct(facts, ExecutorFacts::host).size() > 1;
        return facts.paths().stream()
                .filter(path -> manyHosts && (path.startsWith("file:") || path.startsWith("/") || !path.contains(":")))
                .findFirst()
                .map(path -> Finding.refuse(
                        "expected paths that every machine sees, got " + path + " on several machines",
                        "use hdfs:// or s3a://, or one machine"));
    }

    private static Optional<Finding> committer(ClusterFacts facts) {
        var committer = facts.conf(COMMITTER, "file");
        boolean cloud = facts.conf(PROTOCOL, "").endsWith("PathOutputCommitProtocol");
        return facts.usesS3() && (!Set.of("magic", "directory", "partitioned").contains(committer) || !cloud)
                ? Optional.of(Finding.refuse(
                        "expected an S3A committer for tables on s3a://, got " + committer
                                + (cloud ? "" : " without Spark's cloud protocol")
                                + ": renames on S3 are copies that readers may see half done",
                        "set " + COMMITTER + "=magic and " + PROTOCOL
                                + "=org.apache.spark.internal.io.cloud.PathOutputCommitProtocol"))
                : Optional.empty();
    }

    private static Optional<Finding> credentials(ClusterFacts facts) {
        var named = facts.given().entrySet().stream()
                .filter(setting -> Secrets.isSecret(setting.getKey(), setting.getValue()))
                .map(setting -> "spark.conf." + setting.getKey());
        var inside = facts.paths().stream().filter(Secrets::inside).map(path -> "a path with user and password");
        return Stream.concat(named, inside)
                .findFirst()
                .map(place -> Finding.refuse(
                        "expected credentials from a Hadoop credential provider, got them in " + place,
                        "use the environment, an instance's role, or hadoop.security.credential.provider.path"));
    }

    private static Optional<Finding> rapidsWithoutGpu(ClusterFacts facts) {
        boolean none = facts.conf("spark.executor.resource.gpu.amount", "0").equals("0")
                || facts.executors().stream()
                        .allMatch(executor -> executor.gpus().isEmpty());
        return facts.usesRapids() && none
                ? Optional.of(Finding.refuse(
                        "expected a GPU for each executor with the RAPIDS plugin, got none: it would stop the"
                                + " application",
                        "set spark.executor.resource.gpu.amount=1 and a discovery script, or leave out spark.plugins"))
                : Optional.empty();
    }

    private static Optional<Finding> rapidsMemory(ClusterFacts facts) {
        double fraction = Double.parseDouble(facts.conf("spark.rapids.memory.gpu.allocFraction", "1"));
        return facts.usesRapids() && facts.trainsOnGpu()
                ? Optional.of(Finding.refuse(
                        "expected RAPIDS and ND4J in separate applications, got both on one GPU, of whose memory"
                                + " RAPIDS takes " + Math.round(100 * fraction) + " %",
                        "ingest with the profile gpu-etl, train with gpu-train, which has no spark.plugins"))
                : Optional.empty();
    }

    private static Optional<Finding> gpuTasks(ClusterFacts facts) {
        var amount = facts.conf("spark.task.resource.gpu.amount", "0");
        return facts.trainsOnGpu() && Double.parseDouble(amount) != 1
                ? Optional.of(Finding.refuse(
                        "expected one task per GPU, got " + amount
                                + " GPUs per task: networks would share a GPU's memory",
                        "set spark.task.resource.gpu.amount=1"))
                : Optional.empty();
    }

    private static Optional<Finding> idleGpu(ClusterFacts facts) {
        return facts.executors().stream()
                .filter(executor -> !executor.gpus().isEmpty() && !facts.usesRapids() && !facts.trainsOnGpu())
                .findFirst()
                .map(executor -> Finding.warn(
                        "expected ND4J's CUDA library for the GPU of " + executor.host() + ", got " + executor.library()
                                + ": the GPU would stand idle",
                        "build with MAVEN_ARGS=-Pcuda, install the GPU's driver, or request no GPU"));
    }

    /** Number of tasks that an executor runs at the same time. */
    private static int slots(ClusterFacts facts, ExecutorFacts executor) {
        int cpus = Integer.parseInt(facts.conf("spark.task.cpus", "1"));
        if (facts.isLocal()) {
            var inside = facts.master().replaceAll("local\\[?|,.*|]", "");
            int cores = inside.isEmpty() ? 1 : inside.equals("*") ? executor.cores() : Integer.parseInt(inside);
            return Math.max(1, cores / cpus);
        }
        var cores = facts.conf().get("spark.executor.cores");
        return Math.max(1, (cores == null ? executor.cores() : Integer.parseInt(cores)) / cpus);
    }

    private static List<String> distinct(ClusterFacts facts, Function<ExecutorFacts, String> property) {
        return facts.executors().stream().map(property).distinct().sorted().toList();
    }

    private static long mebibytes(long bytes) {
        return bytes >> 20;
    }
}
