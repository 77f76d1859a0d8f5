package io.flowmap.stage;

import java.time.Clock;
import java.util.Map;
import org.apache.spark.SparkContext;

/** Shows how far a job is: bars on a terminal, key=value log lines elsewhere. */
public interface Progress {
    /** Tells that a phase has begun or ended, with its facts, as one line {@code phase=name key=value ...}. */
    void phase(String name, Map<String, ?> facts);

    /** Starts a count from 0 to total. */
    Bar bar(String name, long total);

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

    /** Bars on the terminal's standard error; phases as log lines. */
    static Progress terminal(Clock clock) {
        return new TerminalProgress(new LogProgress(clock));
    }
}
