package io.flowmap.stage;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Progress as one line per stage that is overwritten: while counting {@code 3/7 distill  412/600 steps  69 %  2.3 steps/s  1:22 left}, at
 * the end what was made. Phases with more facts are log lines; when stages run in sequence, only the important ones.
 */
final class TerminalProgress implements Progress {
    private static final long EVERY_MILLIS = 200;
    /** Rates are averaged over this many milliseconds, or over more if there were few readings. */
    private static final long WINDOW_MILLIS = 20_000;
    /** Counts of running tasks come in bursts, every ten seconds and when one ends: over fewer of these the rate jumps. */
    private static final int READINGS = 12;

    private static final int WIDTH = 99;
    private static final String STATE = "state";
    private static final Set<String> UNTOLD = Set.of("started", "finished");

    private final Clock clock;
    private final PrintWriter terminal;
    private final LogProgress log;
    private String place = "";
    private String part = "";
    private String shown = "";
    private boolean alone = true;
    private long begun;

    TerminalProgress(Clock clock, PrintWriter terminal, LogProgress log) {
        this.clock = clock;
        this.terminal = terminal;
        this.log = log;
    }

    @Override
    public synchronized void begin(String stage, int number, int count) {
        alone = count == 1;
        place = alone ? stage : number + "/" + count + " " + stage;
        part = "";
        begun = clock.millis();
        show(place);
    }

    @Override
    public synchronized void phase(String name, Map<String, ?> facts) {
        if (facts.containsKey(MADE)) {
            show("");
            var time = time((clock.millis() - begun) / 1000);
            terminal.println((place.isEmpty() ? name : place) + ": " + facts.get(MADE) + " (" + time + ")"
                    + (facts.containsKey(NEXT) ? "; next: " + facts.get(NEXT) : ""));
            return;
        }
        if (facts.containsKey("network")) {
            part = " " + facts.get("network");
        }
        boolean told = facts.containsKey(STATE)
                ? !UNTOLD.contains(facts.get(STATE))
                : (alone || name.equals("resume")) && !facts.containsKey("skipped");
        if (told || "finished".equals(facts.get(STATE))) {
            show("");
        }
        if (told) {
            log.phase(name, facts);
        }
    }

    @Override
    public synchronized Bar bar(String name, long total, String unit) {
        return new Line(label(name), total, unit);
    }

    /** The stage and, if it adds information, the name of the count. */
    private String label(String name) {
        if (place.isEmpty()) {
            return name;
        }
        var stage = place.substring(place.indexOf(' ') + 1);
        if (name.equals("train") || name.equals(stage)) {
            return place + part;
        }
        return name.startsWith(stage + " ") ? place + name.substring(stage.length()) : place + ", " + name;
    }

    /** Replaces the last line, without the values at its end that do not fit. The cursor stays at the end of the line. */
    private void show(String line) {
        int gap = line.lastIndexOf("  ", WIDTH);
        var cut = line.length() <= WIDTH ? line : line.substring(0, gap < 0 ? WIDTH : gap);
        terminal.print(
                "\r" + cut + " ".repeat(Math.max(0, shown.length() - cut.length())) + (cut.isEmpty() ? "\r" : ""));
        terminal.flush();
        shown = cut;
    }

    /** Formats seconds as 1:22 or 1:02:03. */
    static String time(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private record Reading(long millis, long done) {}

    private final class Line implements Bar {
        private final String label;
        private final long total;
        private final String unit;
        private final Deque<Reading> readings = new ArrayDeque<>();
        private long drawn;
        private long done;
        private String values = "";

        Line(String label, long total, String unit) {
            this.label = label;
            this.total = total;
            this.unit = unit;
            draw(clock.millis());
        }

        @Override
        public void step(long n) {
            synchronized (TerminalProgress.this) {
                done += n;
                long now = clock.millis();
                if (readings.isEmpty() || now - readings.peekLast().millis >= EVERY_MILLIS) {
                    readings.addLast(new Reading(now, done));
                }
                while (readings.size() > READINGS && now - readings.peekFirst().millis > WINDOW_MILLIS) {
                    readings.removeFirst();
                }
                if (now - drawn >= EVERY_MILLIS) {
                    draw(now);
                }
            }
        }

        @Override
        public void values(Map<String, ?> values) {
            this.values = values.entrySet().stream()
                    .map(value -> "  " + value.getKey() + " " + LogProgress.word(value.getValue()))
                    .collect(Collectors.joining());
        }

        @Override
        public void close() {
            synchronized (TerminalProgress.this) {
                show(place);
            }
        }

        private void draw(long now) {
            drawn = now;
            var line = new StringBuilder(label);
            line.append(String.format(Locale.ROOT, "  %,d/%,d %s", done, total, unit));
            line.append(String.format(Locale.ROOT, "  %d %%", total == 0 ? 100 : 100 * done / total));
            double rate = rate(now);
            if (rate > 0) {
                line.append("  ").append(perSecond(rate));
                line.append("  ")
                        .append(time(Math.round((total - done) / rate)))
                        .append(" left");
            }
            show(line + values);
        }

        /** Recent rate per second; 0 if it is too early to tell. Counts added at once at the start, by a resumed run, are ignored. */
        private double rate(long now) {
            if (readings.size() < 2) {
                return 0;
            }
            var first = readings.peekFirst();
            return 1000.0 * (done - first.done) / Math.max(1, now - first.millis);
        }

        /** Formats a rate. Below one per second, shows the seconds for each. */
        private String perSecond(double rate) {
            return rate >= 1
                    ? String.format(Locale.ROOT, rate < 10 ? "%.1f %s/s" : "%.0f %s/s", rate, unit)
                    : String.format(Locale.ROOT, "%.1f s each", 1 / rate);
        }
    }
}
