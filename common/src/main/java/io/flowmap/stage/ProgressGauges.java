package io.flowmap.stage;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.metrics.source.Source;

/** The latest values of a job's progress, exposed as gauges to Spark's metrics system. */
final class ProgressGauges implements Source {
    private final MetricRegistry registry = new MetricRegistry();
    private final Map<String, Double> latest = new ConcurrentHashMap<>();

    @Override
    public String sourceName() {
        return "flowmap";
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }

    void set(String name, Map<String, ?> values) {
        values.forEach((key, value) -> {
            if (value instanceof Number number) {
                set(name + "." + key, number.doubleValue());
            }
        });
    }

    void set(String key, double value) {
        if (latest.put(key, value) == null) {
            registry.register(key, (Gauge<Double>) () -> latest.get(key));
        }
    }
}
