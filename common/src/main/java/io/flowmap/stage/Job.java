package io.flowmap.stage;

import io.flowmap.config.UserError;
import java.util.Map;

/**
 * One stage of the pipeline as a command: reads directories, writes one directory. Found through {@link java.util.ServiceLoader}, so
 * a module lists its jobs in {@code META-INF/services/io.flowmap.stage.Job}; a job has a public constructor without arguments.
 */
public interface Job {
    /** The command's name, lower case; two words are a command of a group. */
    String name();

    /** What it does, one line for the help. */
    String summary();

    /** Options of the command beside those of all commands: name, as --checkpoint, to the setting that it sets. */
    default Map<String, String> options() {
        return Map.of();
    }

    /** The sections of the settings that it reads, each with the record that checks it: what is wrong there is told before Spark starts. */
    default Map<String, Class<? extends Record>> sections() {
        return Map.of();
    }

    /** Whether the pipeline runs it, if it has a place there. */
    default boolean inPipeline(JobContext context) {
        return true;
    }

    /** Throws {@link UserError} where the ingested data do not suit it, so that a pipeline ends before it trains. */
    default void requireData(JobContext context) {}

    /** Does it. Throws {@link UserError} for the user's mistakes; anything else is a bug. */
    void run(JobContext context);
}
