package io.flowmap.stage;

import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as bars. */
final class TerminalProgress implements Progress {
    private static final int REFRESH_MILLIS = 500;

    private final LogProgress log;

    TerminalProgress(LogProgress log) {
        this.log = log;
    }

    @Override
    public void phase(String name, Map<String, ?> facts) {
        log.phase(name, facts);
    }

    @Override
    public Bar bar(String name, long total) {
        return new TerminalBar(new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .build());
    }

    private record TerminalBar(ProgressBar bar) implements Bar {
        @Override
        public void step(long n) {
            bar.stepBy(n);
        }

        @Override
        public void values(Map<String, ?> values) {
            bar.setExtraMessage(LogProgress.line(values).strip());
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
