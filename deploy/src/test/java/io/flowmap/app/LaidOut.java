package io.flowmap.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** The launcher and a Spark home as the image has them, with the class path of this JVM. */
final class LaidOut {
    private final Path home;

    /** @param dir an empty directory to lay them out in */
    LaidOut(Path dir) throws IOException {
        home = dir;
        var deploy = dir.resolve("deploy");
        copy(Deployed.DEPLOY.resolve("bin"), deploy.resolve("bin"));
        copy(Deployed.DEPLOY.resolve("conf"), deploy.resolve("conf"));
        var library = Files.createDirectories(deploy.resolve("target/lib"));
        var spark = Files.createDirectories(deploy.resolve("target/spark/jars")).getParent();
        copy(Deployed.DEPLOY.resolve("bin"), spark.resolve("bin"));
        int folders = 0;
        for (var entry : System.getProperty("java.class.path").split(":")) {
            var path = Path.of(entry);
            if (Files.isDirectory(path)) {
                pack(path, library.resolve("flowmap-" + folders++ + ".jar"));
            } else if (Files.exists(path)) {
                var ours = path.getFileName().toString().startsWith("flowmap-");
                Files.createSymbolicLink((ours ? library : spark.resolve("jars")).resolve(path.getFileName()), path);
            }
        }
    }

    /** The launcher's process, whose output goes into a file; its Spark home is the one laid out. */
    ProcessBuilder flowmap(Path log, String... words) {
        var command = new ArrayList<>(List.of(home.resolve("deploy/bin/flowmap").toString()));
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
