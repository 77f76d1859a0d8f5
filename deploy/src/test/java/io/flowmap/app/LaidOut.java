package io.flowmap.app;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** The package as laid out by package.sh, with the classes of this JVM and the jars that Maven listed before the tests. */
final class LaidOut {
    private static final Path LISTED = Path.of("target/classpath");
    private static final Path SPARKS = Path.of("spark/target/classpath");

    private final Path home;
    private Path program;

    /** @param dir an empty directory for the package */
    LaidOut(Path dir) throws IOException {
        home = dir;
        copy(Deployed.DEPLOY.resolve("bin"), dir.resolve("bin"));
        copy(Deployed.DEPLOY.resolve("bin"), dir.resolve("spark/bin"));
        var library = Files.createDirectories(dir.resolve("lib"));
        var spark = Files.createDirectories(dir.resolve("spark/jars"));
        var known = new HashSet<String>();
        for (var jar : listed(SPARKS)) {
            known.add(artifact(jar));
            link(jar, spark);
        }
        for (var jar : listed(LISTED)) {
            if (!isOurs(jar) && (jar.toString().contains("/org/nd4j/") || !known.contains(artifact(jar)))) {
                link(jar, library);
            }
        }
        int folders = 0;
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            var path = Path.of(entry);
            if (Files.isDirectory(path)) {
                var jar = library.resolve("flowmap-" + folders++ + ".jar");
                pack(path, jar);
                program = Files.exists(path.resolve("io/flowmap/app/Main.class")) ? jar : program;
            } else if (Files.exists(path) && isOurs(path)) {
                link(path, library);
            }
        }
    }

    /** The launcher's process with the package's Spark home; its output goes into a file. */
    ProcessBuilder flowmap(Path log, String... words) {
        var command = new ArrayList<>(List.of(home.resolve("bin/flowmap").toString()));
        command.addAll(List.of(words));
        for (var process : List.of("driver", "executor")) {
            command.add("spark.conf.spark." + process + ".extraJavaOptions=\"" + String.join(" ", ForkedJvm.SOON_READY)
                    + "\"");
        }
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        List.of("SPARK_HOME", "SPARK_CONF_DIR").forEach(builder.environment()::remove);
        return builder;
    }

    /** A copy of the Spark home, for hosts that cannot see the targets of its links. */
    Path sparkOn(Path dir) throws IOException {
        copy(home.resolve("spark/bin"), dir.resolve("bin"));
        Files.createDirectories(dir.resolve("jars"));
        try (var jars = Files.newDirectoryStream(home.resolve("spark/jars"))) {
            for (var jar : jars) {
                var copy = dir.resolve("jars").resolve(jar.getFileName());
                try {
                    Files.createLink(copy, jar.toRealPath());
                } catch (IOException e) { // another file system
                    Files.copy(jar.toRealPath(), copy);
                }
            }
        }
        return dir;
    }

    /** The jar of {@link Main}. */
    Path program() {
        return program;
    }

    private static List<Path> listed(Path list) throws IOException {
        return Arrays.stream(Files.readString(list).strip().split(File.pathSeparator))
                .map(Path::of)
                .toList();
    }

    private static boolean isOurs(Path jar) {
        return Files.isDirectory(jar) || jar.getFileName().toString().startsWith("flowmap-");
    }

    private static String artifact(Path jar) {
        return jar.getFileName().toString().replaceFirst("-[0-9].*\\.jar$", "");
    }

    private static void link(Path jar, Path folder) throws IOException {
        Files.createSymbolicLink(folder.resolve(jar.getFileName()), jar);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.newDirectoryStream(from)) {
            for (var file : files) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
    }
}
