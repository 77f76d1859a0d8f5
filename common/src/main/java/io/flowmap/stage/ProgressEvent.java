package io.flowmap.stage;

import java.util.Map;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * A progress report of a job for Spark's listeners and its event log ({@code spark.eventLog.enabled}).
 *
 * @param name name of the phase or of the count
 * @param done progress out of {@code total}; 0 of 0 for a phase
 * @param values facts of the phase (for a command {@code state}: started, finished or failed), or the values next to the count
 */
public record ProgressEvent(String name, long done, long total, Map<String, String> values)
        implements SparkListenerEvent {
    public ProgressEvent {
        values = Map.copyOf(values);
    }

    @Override
    public boolean logEvent() {
        return true;
    }
}
