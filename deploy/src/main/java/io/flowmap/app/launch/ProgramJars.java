package io.flowmap.app.launch;

import io.flowmap.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How executors get the program's jars and native libraries: through a class path if they have the files, otherwise through {@code
 * spark.jars}, which each host fetches once per application from the driver or a store.
 */
final class ProgramJars {
    static final String JARS = "spark.jars";

    private static final String AUTO = "auto";
    private static final String SHIP = "ship";
    private static final String CLASS_PATH = "spark.executor.extraClassPath";
    private static final String JAR = ".jar";

    private final Path folder;

    ProgramJars(Path folder) {
        this.folder = folder;
    }

    /** Throws IllegalArgumentException for an invalid setting, which {@link SparkConfig} reports as a user's mistake. */
    static void requireKnown(String setting) {
        if (!setting.equals(AUTO) && !setting.equals(SHIP) && !setting.startsWith("/") && !isRemote(setting)) {
            throw new IllegalArgumentException(
                    "expected auto, ship, an absolute folder or a URI such as hdfs://HOST/flowmap/lib for executor-jars, got "
                            + setting);
        }
    }

    /** Class path of a JVM that can see the folder. */
    String classPath() {
        return folder + "/*";
    }

    /** Spark settings for the executors. Throws {@link UserError} if there are no jars to ship. */
    Map<String, String> forExecutors(String setting, String master) {
        if (isRemote(setting)) {
            return Map.of(JARS, setting.replaceFirst("/+$", "") + "/*" + JAR);
        }
        if (setting.startsWith("/")) {
            return Map.of(CLASS_PATH, setting.replaceFirst("/+$", "") + "/*");
        }
        return setting.equals(SHIP) || !seesFiles(master) ? Map.of(JARS, files()) : Map.of(CLASS_PATH, classPath());
    }

    /** Whether executors run on this machine, or in an image that has the program in the same place. */
    private static boolean seesFiles(String master) {
        return master.startsWith("local") || master.startsWith("k8s");
    }

    private static boolean isRemote(String setting) {
        return setting.matches("[a-z0-9]+://.+");
    }

    private String files() {
        try (var files = Files.list(folder)) {
            var jars = files.filter(file -> file.toString().endsWith(JAR))
                    .map(file -> file.toUri().toString())
                    .sorted()
                    .collect(Collectors.joining(","));
            if (jars.isEmpty()) {
                throw new NoSuchFileException(folder + "/*" + JAR);
            }
            return jars;
        } catch (IOException e) {
            throw new UserError(
                    "cannot ship the program to executors: expected its jars in " + folder + ", got none", e);
        }
    }
}
