package io.flowmap.stage;

import io.flowmap.config.UserError;
import java.util.Map;

/**
 * One stage of the pipeline as a command: it reads directories and writes one directory. Found by {@link java.util.ServiceLoader}: a module
 * lists its jobs in {@code META-INF/services/io.flowmap.stage.Job}. A job needs a public constructor without arguments.
 */
public interface Job {
    /** Name of the command in lower case. Two words stand for a command in a group. */
    String name();

    /** One line for the help. */
    String summary();

    /** Options of this command in addition to the common ones: option name (such as --checkpoint) to the setting that it sets. */
    default Map<String, String> options() {
        return Map.of();
    }

    /** The settings sections that it reads, with the records that validate them. They are checked before Spark starts. */
    default Map<String, Class<? extends Record>> sections() {
        return Map.of();
    }

    /** Whether the pipeline runs this job, if it has a position in the pipeline. */
    default boolean inPipeline(JobContext context) {
        return true;
    }

    /** Throws {@link UserError} if the ingested data are unsuitable. A pipeline calls it before it starts training. */
    default void requireData(JobContext context) {}

    /** Runs the job. Throws {@link UserError} for mistakes of the user; any other exception is a bug or an outage. */
    void run(JobContext context);
}
