package io.flowmap.stage;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/** A Spark plugin that does one thing: something on every executor when it starts. */
public interface StartPlugin extends SparkPlugin {
    /** Runs on an executor before its first task; in local mode on the driver, as executor {@code driver}. */
    void start(PluginContext context);

    @Override
    default DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    default ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                start(context);
            }
        };
    }
}
