package io.flowmap.stage;

import java.util.Map;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * What a job told of its progress, for Spark's listeners and its event log ({@code spark.eventLog.enabled}).
 *
 * @param name of the phase, or of what is counted
 * @param done of {@code total}; 0 of 0 for a phase
 * @param values facts of the phase ({@code state}: started, finished or failed, of a command), or what stands beside the count
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
