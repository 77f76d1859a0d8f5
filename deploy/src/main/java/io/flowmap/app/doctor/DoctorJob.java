package io.flowmap.app.doctor;

import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import io.flowmap.distill.TrainingPlans;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports what a cluster provides, warns of settings that make it slow, and refuses settings that would fail later. Writes nothing. */
public final class DoctorJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(DoctorJob.class);
    private static final String NAME = "doctor";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "Show what the cluster provides and refuse combinations of settings that would fail later";
    }

    @Override
    public void run(JobContext context) {
        var given = new TreeMap<String, String>();
        context.settings()
                .tree("spark.conf")
                .fields()
                .forEachRemaining(
                        entry -> given.put(entry.getKey(), entry.getValue().asText()));
        var facts = ClusterFacts.of(context, given);
        tell(context, facts);
        var findings = new ArrayList<>(Diagnosis.of(facts));
        var access = new StoreAccess(context.hadoop());
        facts.paths().stream().filter(DoctorJob::isRemote).forEach(path -> access.of(path)
                .ifPresent(findings::add));
        findings.stream()
                .filter(finding -> !finding.refused())
                .forEach(finding -> LOG.warn("doctor warns=\"{}\"", finding.text()));
        var refused =
                findings.stream().filter(Finding::refused).map(Finding::text).toList();
        if (!refused.isEmpty()) {
            throw new UserError("cannot use this cluster: " + String.join("; ", refused));
        }
        planMemory(context);
        context.progress().phase(NAME, Map.of("refused", 0, "warnings", findings.size()));
    }

    /** Says what the configuration's trainings will hold, if the run has their inputs, and refuses what does not fit. */
    private static void planMemory(JobContext context) {
        TrainingPlans.of(context).forEach((training, plan) -> {
            var facts = new LinkedHashMap<String, Object>(plan.holdings());
            facts.put("training", training);
            context.progress().phase("memory", facts);
            plan.requireFits();
        });
    }

    private static boolean isRemote(String path) {
        return path.matches("[a-z0-9]+://.*") && !path.startsWith("file:");
    }

    private static void tell(JobContext context, ClusterFacts facts) {
        var cluster = new TreeMap<String, Object>(
                Map.of("master", facts.master(), "executors", facts.executors().size()));
        cluster.put("committer", facts.conf("spark.hadoop.fs.s3a.committer.name", "file"));
        cluster.put("serializer", facts.conf("spark.serializer", "java"));
        cluster.put("dynamic-allocation", facts.isTrue("spark.dynamicAllocation.enabled"));
        cluster.put("rapids", facts.usesRapids());
        cluster.put("rapids-memory", facts.conf("spark.rapids.memory.gpu.allocFraction", "none"));
        cluster.put("overhead-mib", facts.overhead() >> 20);
        cluster.put("paths", facts.paths().stream().map(Secrets::without).toList());
        context.progress().phase(NAME, cluster);
        for (var executor : facts.executors()) {
            var told = new TreeMap<String, Object>();
            told.put("executor", executor.id());
            told.put("host", executor.host());
            told.put("cores", executor.cores());
            told.put("memory-mib", executor.memory() >> 20);
            told.put("heap-mib", executor.heap() >> 20);
            told.put("native-mib", executor.nativeLimit() >> 20);
            told.put("java", executor.java());
            told.put("file-names", executor.encoding());
            told.put("library", executor.library());
            told.put("processor", executor.machine().processor());
            told.put("instructions", executor.features());
            told.put("libc", executor.machine().libc());
            told.put("libgomp", executor.machine().libgomp());
            told.put("allocator", executor.allocator());
            told.put("gpus", executor.gpus());
            context.progress().phase(NAME, told);
        }
    }
}
