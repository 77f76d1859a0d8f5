package io.flowmap.stage;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.Map;
import org.apache.spark.SparkContext;

/** Shows the progress of a job: one line per stage on a terminal, key=value log lines elsewhere. */
public interface Progress {
    /** Key of a phase's facts: what a stage has made, as a sentence without its full stop. */
    String MADE = "made";
    /** Key of a phase's facts: the command to run next. */
    String NEXT = "next";

    /** Announces the next stage, as number {@code number} of {@code count}; 1 of 1 for a single stage. */
    default void begin(String stage, int number, int count) {}

    /** Reports that a phase has begun or ended, with its facts, as one line {@code phase=name key=value ...}. */
    void phase(String name, Map<String, ?> facts);

    /**
     * Starts a count from 0 to total.
     *
     * @param unit what is counted, in the plural
     */
    Bar bar(String name, long total, String unit);

    /** Reports from where the same command would resume if it ended now, such as "from the checkpoint of step 50 in run/flowmap". */
    default void goesOn(String from) {}

    /** A running count. */
    interface Bar extends AutoCloseable {
        /** Adds n to the count. */
        void step(long n);

        /** Shows values next to the count, in their order, for example the current loss. */
        void values(Map<String, ?> values);

        @Override
        void close();
    }

    /** Progress that is shown and also sent to Spark's listeners and metrics ({@link ProgressEvent}). */
    static Progress told(Progress shown, SparkContext spark, Clock clock) {
        return new SparkProgress(shown, spark, clock);
    }

    /** Progress as log lines through SLF4J: for each bar at most one every ten seconds, plus the last. */
    static Progress log(Clock clock) {
        return new LogProgress(clock);
    }

    /** Progress on a terminal: one line per stage with its count and the time left, replaced at the end by what the stage has made. */
    static Progress terminal(Clock clock, PrintWriter terminal) {
        return new TerminalProgress(clock, terminal, new LogProgress(clock));
    }
}
