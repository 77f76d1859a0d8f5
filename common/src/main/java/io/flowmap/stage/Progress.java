package io.flowmap.stage;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.Map;
import org.apache.spark.SparkContext;

/** Shows how far a job is: one line a stage on a terminal, key=value log lines elsewhere. */
public interface Progress {
    /** Fact of a phase: what a stage has made, as a sentence without its end. */
    String MADE = "made";
    /** Fact of a phase: the command that goes on from what was made. */
    String NEXT = "next";

    /** Tells which stage begins, the how many-eth of how many; 1 of 1 for a stage alone. */
    default void begin(String stage, int number, int count) {}

    /** Tells that a phase has begun or ended, with its facts, as one line {@code phase=name key=value ...}. */
    void phase(String name, Map<String, ?> facts);

    /**
     * Starts a count from 0 to total.
     *
     * @param unit what is counted, in the plural
     */
    Bar bar(String name, long total, String unit);

    /** Tells where the same command would go on if it ended now, such as "from step 50 in run/flowmap". */
    default void goesOn(String from) {}

    /** A running count. */
    interface Bar extends AutoCloseable {
        /** Counts n more. */
        void step(long n);

        /** Shows values beside the count, in their order, for example the current loss. */
        void values(Map<String, ?> values);

        @Override
        void close();
    }

    /** As {@code shown}, and to Spark's listeners and metrics ({@link ProgressEvent}). */
    static Progress told(Progress shown, SparkContext spark, Clock clock) {
        return new SparkProgress(shown, spark, clock);
    }

    /** Log lines through SLF4J, at most one per bar every ten seconds beside the last. */
    static Progress log(Clock clock) {
        return new LogProgress(clock);
    }

    /** Lines on a terminal: one a stage, which shows its count and the time left until it shows what was made. */
    static Progress terminal(Clock clock, PrintWriter terminal) {
        return new TerminalProgress(clock, terminal, new LogProgress(clock));
    }
}
