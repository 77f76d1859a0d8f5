package io.flowmap.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** Starts HDFS on loopback, copies the jars of a folder there, and runs a command. */
public final class JarsOnHdfs {
    static final int PORT = 9000;
    static final String FOLDER = "hdfs://127.0.0.1:" + PORT + "/lib";

    private JarsOnHdfs() {}

    /** Arguments: a directory for the file system, the folder, the command. */
    public static void main(String[] arguments) throws Exception {
        var hadoop = new Configuration();
        hadoop.set("dfs.replication", "1");
        var cluster = new MiniDFSCluster.Builder(hadoop, Path.of(arguments[0]).toFile())
                .nameNodePort(PORT)
                .numDataNodes(1)
                .build();
        try (var jars = Files.newDirectoryStream(Path.of(arguments[1]), "*.jar")) {
            var store = cluster.getFileSystem();
            store.mkdirs(new org.apache.hadoop.fs.Path(FOLDER));
            for (var jar : jars) {
                store.copyFromLocalFile(
                        new org.apache.hadoop.fs.Path(jar.toRealPath().toUri()),
                        new org.apache.hadoop.fs.Path(FOLDER, jar.getFileName().toString()));
            }
        }
        var command = Arrays.asList(arguments).subList(2, arguments.length);
        System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
