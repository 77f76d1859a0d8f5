package io.flowmap.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory of this process in MB.
 *
 * @param resident resident memory as counted by Linux
 * @param heap memory that the Java heap has reserved so far
 * @param arrays native memory of arrays
 */
record ResidentMemory(long resident, long heap, long arrays) {
    private static final Path STATUS = Path.of("/proc/self/status");

    private static final int MEGABYTE = 1 << 20;

    static ResidentMemory now() {
        return new ResidentMemory(
                megabytes(), Runtime.getRuntime().totalMemory() / MEGABYTE, Pointer.totalBytes() / MEGABYTE);
    }

    @Override
    public String toString() {
        return "rss=" + resident + " heap=" + heap + " arrays=" + arrays + " MB";
    }

    /** Resident memory that is no file and not the Java heap: native arrays and the JVM's own. */
    static long nativeMegabytes() {
        return megabytes("RssAnon:") - Runtime.getRuntime().totalMemory() / MEGABYTE;
    }

    static long megabytes() {
        return megabytes("VmRSS:");
    }

    private static long megabytes(String key) {
        try (var lines = Files.lines(STATUS)) {
            String line = lines.filter(text -> text.startsWith(key))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("cannot read " + STATUS + ": expected a line " + key));
            return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
