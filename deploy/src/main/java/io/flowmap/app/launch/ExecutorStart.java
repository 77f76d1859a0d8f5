package io.flowmap.app.launch;

import io.flowmap.stage.Progress;
import io.flowmap.stage.StartPlugin;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.PluginContext;

/**
 * Spark plugin that runs first on every separate executor. It configures logging as on the driver and logs the memory limits once. It
 * is needed because an executor that fetches our jars ({@code spark.jars}) starts its JVM without our classes.
 */
public final class ExecutorStart implements StartPlugin {
    /** Spark's id of the executor in local mode. */
    private static final String DRIVER = "driver";

    @Override
    public void start(PluginContext context) {
        if (!context.executorID().equals(DRIVER)) {
            ProgramLog.configure();
            Progress.log(Clock.systemUTC()).phase("executor", facts(context));
        }
    }

    private static Map<String, Object> facts(PluginContext context) {
        var facts = new TreeMap<String, Object>();
        facts.put("executor", context.executorID());
        facts.put("host", SparkEnv.get().blockManager().blockManagerId().host());
        facts.put("java", System.getProperty("java.vm.version"));
        facts.put("heap-mib", Runtime.getRuntime().maxMemory() >> 20);
        facts.put("native-mib", limit("maxbytes"));
        facts.put("process-mib", limit("maxphysicalbytes"));
        facts.put("overhead", context.conf().get("spark.executor.memoryOverhead", "Spark's"));
        return facts;
    }

    /** A limit of JavaCPP in MiB; "none" if unlimited. */
    private static Object limit(String name) {
        long bytes = SparkConfig.bytes(System.getProperty("org.bytedeco.javacpp." + name, "0"));
        return bytes > 0 ? bytes >> 20 : "none";
    }
}
