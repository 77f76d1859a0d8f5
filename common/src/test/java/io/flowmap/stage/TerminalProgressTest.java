package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalProgressTest {
    private final StringWriter screen = new StringWriter();
    private final Hand clock = new Hand();
    private final Progress progress = Progress.terminal(clock, new PrintWriter(screen, true));

    @Test
    void aCountShowsItsStageItsRateAndTheTimeLeft() {
        progress.begin("distill", 3, 7);
        try (var bar = progress.bar("train", 600, "steps")) {
            step(bar, 1);
            for (int i = 0; i < 40; i++) {
                clock.millis += 500;
                step(bar, 1);
            }
            assertThat(line()).isEqualTo("3/7 distill  41/600 steps  6 %  2.0 steps/s  4:40 left  loss 0.2500");
        }
        assertThat(line()).isEqualTo("3/7 distill");
    }

    @Test
    void theCountOfAnEarlierRunIsNotPartOfTheRate() {
        progress.begin("distill", 1, 1);
        try (var bar = progress.bar("train", 600, "steps")) {
            step(bar, 400);
            for (int i = 0; i < 5; i++) {
                clock.millis += 4000;
                step(bar, 1);
            }
            assertThat(line()).startsWith("distill  405/600 steps  67 %  4.0 s each  13:00 left");
        }
    }

    /** Tasks report at heartbeats and when they end: 100 and 20 in turn. The time left falls by the time that has passed, within a tenth. */
    @Test
    void theTimeLeftOfCountsInBurstsDoesNotJump() {
        progress.begin("generate", 1, 1);
        try (var bar = progress.bar("generate student", 6000, "evaluations")) {
            for (int i = 1; i <= 60; i++) {
                clock.millis += 10_000;
                bar.step(i % 2 == 0 ? 100 : 20);
                if (i > 6) {
                    assertThat(secondsLeft()).isCloseTo(10 * (100 - i), Percentage.withPercentage(10));
                }
            }
        }
    }

    private long secondsLeft() {
        var clock = Pattern.compile("(?:(\\d+):)?(\\d+):(\\d+) left").matcher(line());
        assertThat(clock.find()).as(line()).isTrue();
        long hours = clock.group(1) == null ? 0 : Long.parseLong(clock.group(1));
        return 3600 * hours + 60 * Long.parseLong(clock.group(2)) + Long.parseLong(clock.group(3));
    }

    @Test
    void aStageEndsAsOneLineOfWhatItMadeAndWhatIsNext() {
        progress.begin("distill", 1, 1);
        progress.phase("distill", Map.of("state", "started"));
        progress.bar("train", 600, "steps").close();
        clock.millis += 83_000;
        var facts = new LinkedHashMap<String, String>();
        facts.put(Progress.MADE, "flow map in runs/x/flowmap");
        facts.put(Progress.NEXT, "flowmap generate");
        progress.phase("distill", facts);
        assertThat(shown()).isEqualTo("distill: flow map in runs/x/flowmap (1:23); next: flowmap generate\n");
    }

    @ParameterizedTest
    @CsvSource({
        "evaluate, evaluate, 6/7 evaluate",
        "evaluate, train LeNet, '6/7 evaluate, train LeNet'",
        "generate, generate teacher, 6/7 generate teacher"
    })
    void aCountIsNamedByItsStageAndWhatItAdds(String stage, String name, String label) {
        progress.begin(stage, 6, 7);
        progress.bar(name, 5, "sets");
        assertThat(line()).isEqualTo(label + "  0/5 sets  0 %");
    }

    @Test
    void trainingsOfAStageAreNamedByTheirNetwork() {
        progress.begin("pretrain", 2, 7);
        progress.phase("pretrain", Map.of("network", "weak", "parameters", 9));
        progress.bar("train", 5, "steps");
        assertThat(line()).isEqualTo("2/7 pretrain weak  0/5 steps  0 %");
    }

    @ParameterizedTest
    @CsvSource({"0, 0:00", "82, 1:22", "3599, 59:59", "3723, 1:02:03"})
    void timeIsReadAsOnAClock(long seconds, String text) {
        assertThat(TerminalProgress.time(seconds)).isEqualTo(text);
    }

    private static void step(Progress.Bar bar, long n) {
        bar.values(Map.of("loss", 0.25));
        bar.step(n);
    }

    /** The text that is visible on the screen after all overwriting. */
    private String shown() {
        var text = new StringBuilder();
        for (var line : screen.toString().split("(?<=\n)")) {
            var kept = "";
            for (var written : line.split("\r")) {
                kept = written + kept.substring(Math.min(kept.length(), written.length()));
            }
            text.append(kept);
        }
        return text.toString();
    }

    private String line() {
        return shown().strip();
    }

    /** A clock that is set by hand. */
    private static final class Hand extends Clock {
        private long millis;

        @Override
        public long millis() {
            return millis;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
