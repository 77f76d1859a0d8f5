package io.flowmap.bench;

import io.flowmap.stage.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Follows a training's progress and records time and bytes read and written by this process for each round. */
final class RoundTimes implements Progress {
    private static final Path COUNTERS = Path.of("/proc/self/io");

    private final List<Mark> marks = new ArrayList<>();

    private record Mark(long nanos, long read, long written) {}

    @Override
    public void phase(String name, Map<String, ?> facts) {}

    @Override
    public Bar bar(String name, long total, String unit) {
        return new Bar() {
            @Override
            public void step(long n) {
                marks.add(new Mark(System.nanoTime(), counter("rchar"), counter("wchar")));
            }

            @Override
            public void values(Map<String, ?> values) {}

            @Override
            public void close() {}
        };
    }

    /** Mean milliseconds of a round after {@code skipped} first rounds. */
    double millis(int skipped) {
        return mean(skipped, Mark::nanos) / 1e6;
    }

    /** Slowest round in milliseconds after {@code skipped} first rounds. */
    double slowest(int skipped) {
        long slowest = 0;
        for (int i = skipped + 1; i < marks.size(); i++) {
            slowest = Math.max(slowest, marks.get(i).nanos() - marks.get(i - 1).nanos());
        }
        return slowest / 1e6;
    }

    /** Mean megabytes that this process read per round, from sockets and files. */
    double megabytesRead(int skipped) {
        return mean(skipped, Mark::read) / 1e6;
    }

    /** Mean megabytes that this process wrote per round. */
    double megabytesWritten(int skipped) {
        return mean(skipped, Mark::written) / 1e6;
    }

    private double mean(int skipped, ToLongFunction<Mark> value) {
        var first = marks.get(skipped);
        var last = marks.get(marks.size() - 1);
        return (double) (value.applyAsLong(last) - value.applyAsLong(first)) / (marks.size() - 1 - skipped);
    }

    private static long counter(String name) {
        if (!Files.isReadable(COUNTERS)) {
            return 0;
        }
        try {
            return Files.readAllLines(COUNTERS).stream()
                    .filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(name.length() + 1).trim()))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
