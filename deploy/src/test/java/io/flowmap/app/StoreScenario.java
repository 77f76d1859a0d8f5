package io.flowmap.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.flowmap.app.launch.Application;
import io.flowmap.app.launch.Request;
import io.flowmap.app.launch.Stages;
import io.flowmap.app.launch.SubmitPlan;
import io.flowmap.config.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.security.alias.CredentialProviderFactory;

/**
 * Runs the pipeline on a faulty S3-compatible server, on HDFS and on a standalone cluster, and its trainings on local disk. All paths
 * of a run are on one store. The data are two shards: a pattern on S3, nested folders on HDFS. Run it where nobody else can reach
 * loopback; it prints its findings as lines {@code found name=value}.
 */
public final class StoreScenario {
    static final String SECRET = "kDfW9-not-to-be-told";
    private static final int PORT = 9090;
    private static final String BUCKET = "s3a://bucket";
    private final Path dir;

    private StoreScenario(Path dir) {
        this.dir = dir;
    }

    /**
     * Arguments: an empty directory and the class path of the server; or, for a single command, the command, a run's directory and its
     * sources.
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 3) {
            System.exit(run(arguments[0], arguments[1], arguments[2]));
        }
        System.setProperty("spark.master", "local[2]");
        System.setProperty("spark.ui.enabled", "false");
        System.setProperty("spark.driver.host", "127.0.0.1");
        System.setProperty("spark.sql.shuffle.partitions", "2");
        System.setProperty("spark.sql.codegen.wholeStage", "false");
        System.setProperty("spark.sql.codegen.factoryMode", "NO_CODEGEN");
        var scenario = new StoreScenario(Path.of(arguments[0]));
        var shards = scenario.shards();
        scenario.onS3(shards, arguments[1]);
        tell("local", scenario.trained("file:" + scenario.dir.resolve("local"), shards.toUri() + "data-{0..1}.tar"));
        tell("hdfs", scenario.onHdfs(shards));
        tell("cluster", scenario.onCluster(shards));
        System.exit(0);
    }

    /** Runs on a standalone master with two workers, whose executors are separate JVMs. */
    private JsonNode onCluster(Path shards) throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        System.setProperty("spark.master", "local-cluster[2,1,512]");
        System.setProperty("spark.executor.memory", "512m");
        System.setProperty("spark.driver.bindAddress", "127.0.0.1");
        System.setProperty("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        System.setProperty(
                "spark.executor.extraJavaOptions",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0 " + String.join(" ", ForkedJvm.SOON_READY));
        // as the launcher sets it: Spark's default is one thread per task, and bits depend on the number
        System.setProperty("spark.executorEnv.OMP_NUM_THREADS", System.getenv("OMP_NUM_THREADS"));
        return hashes("pipeline", "file:" + dir.resolve("cluster"), shards.toUri() + "data-{0..1}.tar");
    }

    private JsonNode onHdfs(Path shards) throws IOException {
        var cluster = new MiniDFSCluster.Builder(
                        new Configuration(), dir.resolve("hdfs").toFile())
                .numDataNodes(1)
                .build();
        try {
            var root = cluster.getFileSystem().getUri().toString();
            upload(cluster.getFileSystem(), shards, root + "/data/%1$d/data-%1$d.tar");
            return hashes("pipeline", root + "/run", root + "/data");
        } finally {
            cluster.shutdown();
        }
    }

    private void onS3(Path shards, String serverPath) throws Exception {
        var server = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + Files.createDirectories(dir.resolve("s3")),
                        "-cp",
                        serverPath,
                        "com.adobe.testing.s3mock.S3MockApplication")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("server.log").toFile())
                .start();
        try (var proxy = new FaultyProxy(PORT)) {
            createBucket(server);
            s3Settings(proxy.port()).forEach(System::setProperty);
            var hadoop = new Configuration();
            s3Settings(proxy.port()).forEach((key, value) -> hadoop.set(key.replace("spark.hadoop.", ""), value));
            try (var store = FileSystem.newInstance(URI.create(BUCKET), hadoop)) {
                upload(store, shards, BUCKET + "/data-%1$d.tar");
                tell("killed", killed(store));
                tell("s3", hashes("pipeline", BUCKET + "/run", BUCKET + "/data-*.tar"));
                look(store);
                tell("doctor", run("doctor", BUCKET + "/run", BUCKET + "/data-*.tar"));
            }
            tell("slowed", proxy.slowed());
            tell("cut", proxy.cut());
        } finally {
            server.destroy();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /** Kills a JVM that distils on S3 before it ends its stage; returns the steps of the checkpoints written so far. */
    private List<String> killed(FileSystem store) throws Exception {
        var run = BUCKET + "/run";
        var sources = BUCKET + "/data-*.tar";
        hashes("ingest", run, sources);
        hashes("pretrain", run, sources);
        var settings = System.getProperties().stringPropertyNames().stream()
                .filter(key -> key.startsWith("spark."))
                .map(key -> "-D" + key + "=" + System.getProperty(key));
        var command = ForkedJvm.command(StoreScenario.class, settings.toArray(String[]::new));
        command.addAll(List.of("distill", run, sources));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("killed.log").toFile())
                .start();
        var flowMap = new org.apache.hadoop.fs.Path(run, "flowmap");
        var checkpoints = new org.apache.hadoop.fs.Path(flowMap, "step-*/checkpoint.json");
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
        try {
            while (process.isAlive() && store.globStatus(checkpoints).length == 0 && System.nanoTime() < end) {
                Thread.sleep(20);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        var steps = new ArrayList<String>();
        for (var found : store.globStatus(checkpoints)) {
            steps.add(found.getPath().getParent().getName());
        }
        if (steps.isEmpty() || store.exists(new org.apache.hadoop.fs.Path(flowMap, "manifest.json"))) {
            throw new IllegalStateException(
                    "expected a distillation killed between its first checkpoint and its end, got " + steps + ":\n"
                            + Files.readString(dir.resolve("killed.log")));
        }
        return steps;
    }

    private Map<String, String> s3Settings(int port) throws IOException {
        var settings = new TreeMap<>(SubmitPlan.S3_COMMITTER);
        var keys = "jceks://file" + dir.resolve("keys.jceks");
        if (!Files.exists(dir.resolve("keys.jceks"))) {
            var hadoop = new Configuration();
            hadoop.set(CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH, keys);
            var provider = CredentialProviderFactory.getProviders(hadoop).get(0);
            provider.createCredentialEntry("fs.s3a.access.key", "user".toCharArray());
            provider.createCredentialEntry("fs.s3a.secret.key", SECRET.toCharArray());
            provider.flush();
        }
        settings.put("spark.hadoop." + CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH, keys);
        settings.put(
                "spark.hadoop.fs.s3a.aws.credentials.provider",
                "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        settings.put("spark.hadoop.fs.s3a.endpoint", "http://127.0.0.1:" + port);
        settings.put("spark.hadoop.fs.s3a.endpoint.region", "us-east-1");
        settings.put("spark.hadoop.fs.s3a.path.style.access", "true");
        settings.put("spark.hadoop.fs.s3a.connection.ssl.enabled", "false");
        settings.put("spark.hadoop.fs.s3a.change.detection.mode", "none");
        settings.put("spark.hadoop.fs.s3a.buffer.dir", dir.resolve("buffer").toString());
        settings.put("spark.hadoop.fs.s3a.retry.interval", "50ms");
        settings.put("spark.hadoop.fs.s3a.retry.throttle.interval", "50ms");
        settings.put("spark.hadoop.fs.s3a.connection.timeout", "20000");
        return settings;
    }

    /** Reports the state of the store: files of uncommitted uploads, the committer of the ledger, secrets. */
    private static void look(FileSystem store) throws IOException {
        int left = 0;
        int secrets = 0;
        var files = store.listFiles(new org.apache.hadoop.fs.Path(BUCKET + "/run"), true);
        while (files.hasNext()) {
            var file = files.next().getPath();
            left += file.toString().matches(".*(__magic|_temporary).*") ? 1 : 0;
            try (var in = store.open(file)) {
                var text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                secrets += text.contains(SECRET) ? 1 : 0;
                if (file.toString().endsWith("data/ledger/_SUCCESS")) {
                    tell("committer", Json.mapper().readTree(text).path("committer"));
                }
            }
        }
        tell("left", left);
        tell("secrets", secrets);
    }

    /** The hashes of the flow map, after the stages up to it have run. */
    private JsonNode trained(String run, String sources) throws IOException {
        hashes("ingest", run, sources);
        hashes("pretrain", run, sources);
        return hashes("distill", run, sources);
    }

    /** The hashes of the flow map after a command; missing if there is none yet. */
    private JsonNode hashes(String command, String run, String sources) throws IOException {
        int code = run(command, run, sources);
        if (code != 0) {
            throw new IllegalStateException(command + " on " + run + " ended with " + code);
        }
        var hadoop = new Configuration();
        System.getProperties().stringPropertyNames().stream()
                .filter(key -> key.startsWith("spark.hadoop."))
                .forEach(key -> hadoop.set(key.replace("spark.hadoop.", ""), System.getProperty(key)));
        var manifest = new org.apache.hadoop.fs.Path(run, "flowmap/manifest.json");
        var store = manifest.getFileSystem(hadoop);
        if (!store.exists(manifest)) {
            return MissingNode.getInstance();
        }
        try (var in = store.open(manifest)) {
            return Json.mapper().readTree(in.readAllBytes()).at("/facts/hashes");
        }
    }

    /** Runs a command and returns its exit code. */
    private static int run(String command, String run, String sources) {
        var overrides = new ArrayList<>(TinyRun.NETWORKS);
        overrides.addAll(List.of("training.checkpoint-every=2", "distill.training.steps=24", "ingest.kind=webdataset"));
        overrides.addAll(
                List.of("run.dir=" + run, "ingest.train=\"" + sources + "\"", "ingest.test=\"" + sources + "\""));
        var errors = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        return new Application(Stages.registered(), Clock.systemUTC(), errors, errors)
                .run(new Request(command, Optional.empty(), overrides, Optional.empty()));
    }

    /** Drawn images of three classes as two WebDataset shards, data-0.tar and data-1.tar. */
    private Path shards() throws IOException {
        var folder = Files.createDirectories(dir.resolve("shards"));
        write(folder.resolve("data-0.tar"), 0, 35);
        write(folder.resolve("data-1.tar"), 35, 60);
        return folder;
    }

    private static void write(Path shard, int first, int end) throws IOException {
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(shard))) {
            for (int i = first; i < end; i++) {
                var image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
                for (int at = 0; at < 256; at++) {
                    image.getRaster().setSample(at % 16, at / 16, 0, (at * (i % 3 + 1) + 17 * i) % 256);
                }
                var png = new ByteArrayOutputStream();
                ImageIO.write(image, "png", png);
                add(tar, i + ".png", png.toByteArray());
                add(tar, i + ".cls", Integer.toString(i % 3).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static void upload(FileSystem to, Path shards, String target) throws IOException {
        for (int i = 0; i < 2; i++) {
            to.copyFromLocalFile(
                    new org.apache.hadoop.fs.Path(
                            shards.resolve("data-" + i + ".tar").toUri()),
                    new org.apache.hadoop.fs.Path(String.format(target, i)));
        }
    }

    private void createBucket(Process server) throws Exception {
        var client = HttpClient.newHttpClient();
        var put = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + "/bucket"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        for (int second = 0; second < 180 && server.isAlive(); second++) {
            try {
                client.send(put, HttpResponse.BodyHandlers.discarding());
                return;
            } catch (ConnectException e) {
                Thread.sleep(1000);
            }
        }
        throw new IllegalStateException("the S3-compatible server did not start in 180 seconds:\n"
                + Files.readString(dir.resolve("server.log")));
    }

    private static void tell(String name, Object value) {
        System.out.println("found " + name + "=" + value);
    }
}
