package io.flowmap.app.launch;

import io.flowmap.stage.Progress;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SignalUtils;

/** What a user reads who interrupts a command: one line where the same command goes on, and not what breaks off with it. */
final class Interruption {
    private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM");

    private final PrintWriter err;
    private volatile String place = "";
    private volatile SparkContext spark;
    private volatile boolean happened;

    Interruption(PrintWriter err) {
        this.err = err;
    }

    /** From now on a signal is answered, before it ends this JVM. */
    void await() {
        SIGNALS.forEach(signal -> SignalUtils.register(signal, () -> {
            answer();
            return false;
        }));
    }

    /** Whether a signal came: what fails from then on is no news. */
    boolean happened() {
        return happened;
    }

    /** The same progress, from which the place is learned where the command would go on. */
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

    /** What ends the line of a bar. */
    private static String bar() {
        return Boolean.getBoolean(Application.TERMINAL) ? System.lineSeparator() : "";
    }

    private void answer() {
        happened = true;
        if (!place.isEmpty()) {
            err.println(bar() + "flowmap: interrupted; the same command goes on " + place);
        }
        if (spark != null) {
            spark.setLogLevel("OFF");
        }
        System.setErr(new PrintStream(OutputStream.nullOutputStream())); // Scala's pools tell there what breaks off
    }
}
