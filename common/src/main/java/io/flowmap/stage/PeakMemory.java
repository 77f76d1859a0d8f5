package io.flowmap.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Largest resident memory of this process so far, as Linux counts it. Mapped files count as far as their pages were touched. */
public final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String KEY = "VmHWM:";
    private static final int KILOBYTES = 1024;

    private PeakMemory() {}

    /** In MB; 0 where Linux's file is missing. */
    public static long megabytes() {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(KEY))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    / KILOBYTES;
        } catch (IOException e) {
            return 0;
        }
    }
}
