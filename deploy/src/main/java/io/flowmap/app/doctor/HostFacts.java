package io.flowmap.app.doctor;

import com.sun.jna.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Properties of a host, besides the native library, that may change the last bits of a result.
 *
 * @param java version of the JVM
 * @param libc library of mathematical functions, as in "glibc 2.36"
 * @param processor model of the processor, by which OpenBLAS and oneDNN choose their kernels
 * @param libgomp whether GNU's OpenMP is installed; most native libraries bring their own copy
 */
record HostFacts(String java, String libc, String processor, boolean libgomp) {
    /** Linux's file about the processors. */
    static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private static final String UNKNOWN = "unknown";
    private static final List<String> LIBRARY_FOLDERS =
            List.of("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64");
    private static final String LIBGOMP = "libgomp.so.1";

    static HostFacts here() {
        return new HostFacts(System.getProperty("java.vm.version"), runningLibc(), firstProcessor(), hasLibgomp());
    }

    private static String runningLibc() {
        try {
            return "glibc "
                    + NativeLibrary.getProcess()
                            .getFunction("gnu_get_libc_version")
                            .invokeString(new Object[0], false);
        } catch (LinkageError e) {
            return UNKNOWN;
        }
    }

    private static String firstProcessor() {
        try (var lines = Files.lines(PROCESSORS)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** Looks for the file. Asking the linker by name would also find a copy that a native library brought. */
    private static boolean hasLibgomp() {
        var more = System.getenv().getOrDefault("LD_LIBRARY_PATH", "").split(File.pathSeparator);
        return Stream.concat(LIBRARY_FOLDERS.stream(), Arrays.stream(more))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .anyMatch(HostFacts::holdsLibgomp);
    }

    /** Whether the file is in that folder or one folder below, since Debian has one folder of libraries per processor. */
    private static boolean holdsLibgomp(Path folder) {
        try (var below = Files.list(folder)) {
            return Files.exists(folder.resolve(LIBGOMP)) || below.anyMatch(file -> Files.exists(file.resolve(LIBGOMP)));
        } catch (IOException e) {
            return false; // the folder is missing or not readable
        }
    }
}
