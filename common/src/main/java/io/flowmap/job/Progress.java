package io.flowmap.job;

import java.time.Clock;
import java.util.Map;

/** Shows how far a job is: bars on a terminal, key=value log lines elsewhere. */
public interface Progress {
    /** Tells that a phase has begun or ended, with its facts, as one line {@code phase=name key=value ...}. */
    void phase(String name, Map<String, ?> facts);

    /** Starts a count from 0 to total. */
    Bar bar(String name, long total);

    /** A running count. */
    interface Bar extends AutoCloseable {
        /** Counts n more. */
        void step(long n);

        /** Shows a message beside the count, for example the current loss. */
        void extra(String message);

        @Override
        void close();
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
