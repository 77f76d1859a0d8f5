package io.flowmap.app.launch;

import io.flowmap.stage.Progress;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SignalUtils;

/**
 * Handles signals. An interrupted command prints one line that says where it will continue, and suppresses the errors that the
 * interruption causes.
 */
final class Interruption {
    private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM");

    private final PrintWriter err;
    private volatile String place = "";
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

    /** Wraps progress to learn where the command would continue. */
    Progress following(Progress shown, SparkContext spark) {
        this.spark = spark;
        return new Progress() {
            @Override
            public void phase(String name, Map<String, ?> facts) {
                shown.phase(name, facts);
            }

            @Override
            public void begin(String stage, int number, int count) {
                shown.begin(stage, number, count);
            }

            @Override
            public Bar bar(String name, long total, String unit) {
                return shown.bar(name, total, unit);
            }

            @Override
            public void goesOn(String from) {
                place = from;
            }
        };
    }

    /** Line break that ends the line of a progress bar. */
    private static String bar() {
        return Boolean.getBoolean(Application.TERMINAL) ? System.lineSeparator() : "";
    }

    private void answer() {
        happened = true;
        if (!place.isEmpty()) {
            err.println(bar() + "flowmap: interrupted; the same command will continue " + place);
        }
        if (spark != null) {
            spark.setLogLevel("OFF");
        }
        System.setErr(new PrintStream(
                OutputStream.nullOutputStream())); // Scala's thread pools print the errors of the interruption there
    }
}
