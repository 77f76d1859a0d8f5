package io.flowmap.app.launch;

import io.flowmap.stage.Progress;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * What an executor of its own does first, as Spark's plugin: it logs as the driver does, and tells once what memory it may take. Its
 * JVM had no class of ours when it started where these are fetched ({@code spark.jars}).
 */
public final class ExecutorStart implements SparkPlugin {
    /** A resource, for which Log4j looks on the class path. */
    static final String LOG = "io/flowmap/app/log4j2.properties";

    /** What Spark calls the executor of local mode. */
    private static final String DRIVER = "driver";

    private static final String LOG_PROPERTY = "log4j2.configurationFile";

    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                if (!context.executorID().equals(DRIVER)) {
                    configureLog();
                    Progress.log(Clock.systemUTC()).phase("executor", facts(context));
                }
            }
        };
    }

    private static void configureLog() {
        if (System.getProperty(LOG_PROPERTY) == null) {
            try {
                var resource = ExecutorStart.class.getClassLoader().getResource(LOG);
                Configurator.reconfigure(resource.toURI());
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
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

    /** Of JavaCPP, MiB; "none" where there is no limit. */
    private static Object limit(String name) {
        long bytes = Long.getLong("org.bytedeco.javacpp." + name, 0);
        return bytes > 0 ? bytes >> 20 : "none";
    }
}
