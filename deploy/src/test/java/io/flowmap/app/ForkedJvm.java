package io.flowmap.app;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** The command line of a test's child JVM. */
public final class ForkedJvm {
    /** Options for a JVM that lives for seconds: only the quick compiler, and no bytecode verification. */
    static final List<String> SOON_READY = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote");

    private ForkedJvm() {}

    /** The command up to the main class: this JVM's class path, --add-opens and memory limits, a heap of 2 GB, more options. */
    public static List<String> command(Class<?> main, String... options) {
        var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx2g"));
        command.addAll(SOON_READY);
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens") || option.startsWith("-Dorg.bytedeco"))
                .forEach(command::add);
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return command;
    }
}
