package io.flowmap.app.launch;

import io.flowmap.stage.Progress;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SignalUtils;

/**
 * Handles signals. An interrupted command prints one line that says how far it got, what is kept, and where the same command goes on, and
 * suppresses the errors that the interruption causes.
 */
final class Interruption {
    private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM");

    private final PrintWriter err;
    private volatile String stage = "";
    private volatile String count = "";
    private volatile String place = "";
    private volatile boolean kept;
    private volatile SparkContext spark;
    private volatile boolean happened;

    Interruption(PrintWriter err) {
        this.err = err;
    }

    /** From now on, answers a signal before it ends this JVM. */
    void await() {
        SIGNALS.forEach(signal -> SignalUtils.register(signal, () -> {
            answer();
            return false;
        }));
    }

    /** Whether a signal was received; later failures are then not reported. */
    boolean happened() {
        return happened;
    }

    /** Wraps progress to learn where the command would continue. After a signal nothing more is shown: its answer is the last line. */
    Progress following(Progress shown, SparkContext spark) {
        this.spark = spark;
        return new Progress() {
            @Override
            public void phase(String name, Map<String, ?> facts) {
                if (!happened) {
                    shown.phase(name, facts);
                }
            }

            @Override
            public void begin(String name, int number, int of) {
                stage = name;
                count = "";
                kept = false;
                shown.begin(name, number, of);
            }

            @Override
            public Bar bar(String name, long total, String unit) {
                return new Counted(shown.bar(name, total, unit), total, unit);
            }

            @Override
            public void goesOn(String from) {
                place = from;
                kept = true;
            }
        };
    }

    /** How far the command got, what is kept, and where it goes on. */
    String line() {
        return "stopped" + (count.isEmpty() ? " in " : count + " of ") + stage
                + (kept
                        ? "; the same command goes on " + place
                        : "; nothing of it is kept yet: the same command begins it again"
                                + (place.isEmpty() ? "" : ", " + place));
    }

    /** Line break that ends the line of a progress bar. */
    private static String bar() {
        return Boolean.getBoolean(Application.TERMINAL) ? System.lineSeparator() : "";
    }

    private void answer() {
        happened = true;
        if (!stage.isEmpty()) {
            err.println(bar() + "flowmap: " + line());
        }
        if (spark != null) {
            spark.setLogLevel("OFF");
        }
        System.setErr(new PrintStream(
                OutputStream.nullOutputStream())); // Scala's thread pools print the errors of the interruption there
    }

    /** A bar whose count is remembered while it is open. */
    private final class Counted implements Progress.Bar {
        private final Progress.Bar bar;
        private final long total;
        private final String unit;
        private long done;

        Counted(Progress.Bar bar, long total, String unit) {
            this.bar = bar;
            this.total = total;
            this.unit = unit;
        }

        @Override
        public void step(long n) {
            if (happened) {
                return;
            }
            bar.step(n);
            done += n;
            count = String.format(Locale.ROOT, " after %,d of %,d %s", done, total, unit);
        }

        @Override
        public void values(Map<String, ?> values) {
            bar.values(values);
        }

        @Override
        public void close() {
            if (!happened) {
                bar.close();
                count = "";
            }
        }
    }
}
