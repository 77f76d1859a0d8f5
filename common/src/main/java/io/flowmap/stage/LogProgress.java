package io.flowmap.stage;

import io.flowmap.config.Secrets;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Progress as key=value log lines. */
final class LogProgress implements Progress {
    private static final Logger LOG = LoggerFactory.getLogger("io.flowmap.progress");
    private static final long EVERY_MILLIS = 10_000;

    private final Clock clock;

    LogProgress(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void phase(String name, Map<String, ?> facts) {
        LOG.info("phase={}{}", text(name), line(new TreeMap<>(facts)));
    }

    @Override
    public Bar bar(String name, long total, String unit) {
        return new LogBar(name, total);
    }

    /** Formats values as " key=value ...", "" if there are none. */
    static String line(Map<String, ?> values) {
        return values.entrySet().stream()
                .map(value -> " " + value.getKey() + "=" + text(value.getValue()))
                .collect(Collectors.joining());
    }

    /** Formats a value: floating-point numbers with four significant digits, credentials removed. */
    static String word(Object value) {
        return value instanceof Double number
                ? String.format(Locale.ROOT, "%.4g", number)
                : Secrets.without(String.valueOf(value));
    }

    private static String text(Object value) {
        var text = word(value);
        return text.matches("\\S+") ? text : '"' + text.replace("\"", "\\\"") + '"';
    }

    private final class LogBar implements Bar {
        private final String name;
        private final long total;
        private final long start = clock.millis();
        private long lastLine = start;
        private long done;
        private String values = "";

        LogBar(String name, long total) {
            this.name = name;
            this.total = total;
        }

        @Override
        public void step(long n) {
            done += n;
            long now = clock.millis();
            if (now - lastLine >= EVERY_MILLIS) {
                lastLine = now;
                line(now);
            }
        }

        @Override
        public void values(Map<String, ?> values) {
            this.values = LogProgress.line(values);
        }

        @Override
        public void close() {
            line(clock.millis());
        }

        private void line(long now) {
            LOG.info(
                    "progress={} done={} total={} seconds={}{}", text(name), done, total, (now - start) / 1000, values);
        }
    }
}
