package io.flowmap.job;

import io.flowmap.config.Secrets;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Progress as key=value lines. */
final class LogProgress implements Progress {
    private static final Logger LOG = LoggerFactory.getLogger("io.flowmap.progress");
    private static final long EVERY_MILLIS = 10_000;

    private final Clock clock;

    LogProgress(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void phase(String name, Map<String, ?> facts) {
        var line = new TreeMap<String, Object>(facts)
                .entrySet().stream()
                        .map(fact -> " " + fact.getKey() + "=" + text(fact.getValue()))
                        .collect(Collectors.joining());
        LOG.info("phase={}{}", text(name), line);
    }

    @Override
    public Bar bar(String name, long total) {
        return new LogBar(name, total);
    }

    private static String text(Object value) {
        var text = Secrets.withoutUserInfo(String.valueOf(value));
        return text.matches("\\S+") ? text : '"' + text.replace("\"", "\\\"") + '"';
    }

    private final class LogBar implements Bar {
        private final String name;
        private final long total;
        private final long start = clock.millis();
        private long lastLine = start;
        private long done;
        private String message = "";

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
        public void extra(String message) {
            this.message = " " + message;
        }

        @Override
        public void close() {
            line(clock.millis());
        }

        private void line(long now) {
            LOG.info(
                    "progress={} done={} total={} seconds={}{}",
                    text(name),
                    done,
                    total,
                    (now - start) / 1000,
                    message);
        }
    }
}
