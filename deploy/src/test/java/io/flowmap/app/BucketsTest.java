package io.flowmap.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.config.Json;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** 100 captioned photos in five buckets, from ingest to a flow map; and a training of them that is killed. */
@ExtendWith(LocalMaster.class)
class BucketsTest {
    private static final long PATIENCE_MINUTES = 5;
    private static final int BATCH = 3;
    private static final List<String> SETTINGS = List.of(
            "ingest.test=null",
            "ingest.captions.from=[\"prompt\", \".txt\"]",
            "ingest.buckets=[\"16x16\", \"20x16\", \"16x20\", \"24x16\", \"16x24\"]",
            "training.batch-per-worker=" + BATCH,
            "training.checkpoint-every=3",
            "training.programs.most=3",
            "distill.teacher.guidance=plain",
            "pretrain.main.training.steps=40",
            "pretrain.weak.training.steps=2",
            "finetune.training.steps=4",
            "finetune.watch.samples=0");

    @TempDir
    Path dir;

    private Path data;

    @BeforeEach
    void ingest() {
        var photos = TestData.require("text-to-image");
        data = dir.resolve("photos/data");
        TinyRun.complete("ingest", dir.resolve("photos"), settings("ingest.train=" + photos));
    }

    private static String[] settings(String... more) {
        var settings = new ArrayList<>(SETTINGS);
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    private String[] shared(String... more) {
        var settings = new ArrayList<>(List.of(settings(more)));
        settings.add("run.stages.data=" + data);
        return settings.toArray(String[]::new);
    }

    @Test
    void photosOfFiveSizesAreEachUsedOnceAnEpochAlsoAfterAKill() throws Exception {
        var calm = dir.resolve("calm");
        System.setProperty("spark.master", "local[1]");
        TinyRun.complete("pretrain", calm, shared());
        System.setProperty("spark.master", "local[4]");
        var killed = dir.resolve("killed");
        kill(killed);
        TinyRun.complete("pretrain", killed, shared());
        assertThat(hashes(killed, "teacher")).isNotEmpty().isEqualTo(hashes(calm, "teacher"));
        var rows = rows(calm, "teacher/main");
        assertThat(lists(rows(killed, "teacher/main"))).isEqualTo(lists(rows));
        requireOnceAnEpoch(rows);
        for (var run : List.of(calm, killed)) {
            TinyRun.complete("distill", run, shared());
        }
        assertThat(hashes(killed, "flowmap")).isNotEmpty().isEqualTo(hashes(calm, "flowmap"));
        finetunes(calm);
    }

    /** A discriminator follows the size of its samples. */
    private void finetunes(Path run) throws IOException {
        var err = new StringWriter();
        assertThat(TinyRun.run("finetune", run, new PrintWriter(err, true), shared()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("cannot finetune on splits", "train/24x16", "finetune.training.splits");
        TinyRun.complete("finetune", run, shared("finetune.coefficient=0"));
        assertThat(hashes(run, "finetuned")).isNotEqualTo(hashes(run, "flowmap"));
    }

    /** Kills a training in the middle, once it has a checkpoint. */
    private void kill(Path run) throws Exception {
        var command = ForkedJvm.command(
                Main.class, "-Dspark.master=local[2]", "-Dspark.ui.enabled=false", "-Dspark.driver.host=127.0.0.1");
        command.add("pretrain");
        command.addAll(TinyRun.SHAPES);
        command.addAll(TinyRun.NETWORKS);
        command.addAll(List.of(shared("run.dir=" + run)));
        var log = dir.resolve("log");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
        while (!hasCheckpoint(run.resolve("teacher/main")) && process.isAlive() && System.nanoTime() < end) {
            Thread.sleep(2);
        }
        process.destroyForcibly().waitFor();
        assertThat(hasCheckpoint(run.resolve("teacher/main")))
                .as(Files.readString(log))
                .isTrue();
        assertThat(run.resolve("teacher/manifest.json")).doesNotExist();
    }

    private static boolean hasCheckpoint(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var found = Files.newDirectoryStream(folder, "step-*")) {
            return found.iterator().hasNext();
        }
    }

    /** Records of each bucket in the order of their use, cut at the bucket's number of records, are permutations. */
    private void requireOnceAnEpoch(List<Row> rows) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        json(data).at("/facts/splits").fields().forEachRemaining(split -> {
            int count = 0;
            for (var block : split.getValue()) {
                count += block.path("count").asInt();
            }
            counts.put(split.getKey(), count);
        });
        assertThat(counts).hasSize(5);
        var used = new TreeMap<String, List<Long>>();
        for (var row : rows) {
            var buckets = row.<String>getList(row.fieldIndex("buckets"));
            var records = row.<Long>getList(row.fieldIndex("records"));
            for (int i = 0; i < records.size(); i++) {
                used.computeIfAbsent(buckets.get(i / BATCH), name -> new ArrayList<>())
                        .add(records.get(i));
            }
        }
        used.forEach((name, records) -> {
            int count = counts.get(name);
            for (int from = 0; from < records.size(); from += count) {
                var part = records.subList(from, Math.min(from + count, records.size()));
                assertThat(new HashSet<>(part)).as(name).hasSameSizeAs(part);
                assertThat(part).allMatch(record -> record < count);
            }
            assertThat(records.size()).as(name).isBetween(2 * count, 3 * count);
        });
        assertThat(used.keySet()).isEqualTo(counts.keySet());
    }

    private static List<List<?>> lists(List<Row> rows) {
        var lists = new ArrayList<List<?>>();
        for (var row : rows) {
            lists.add(row.getList(row.fieldIndex("buckets")));
            lists.add(row.getList(row.fieldIndex("records")));
        }
        return lists;
    }

    private static List<Row> rows(Path run, String stage) {
        try (var spark = SparkSession.builder().getOrCreate()) {
            return spark.read()
                    .parquet(run.resolve(stage).resolve("training").toString())
                    .orderBy("round")
                    .collectAsList();
        }
    }

    private static JsonNode hashes(Path run, String stage) throws IOException {
        return json(run.resolve(stage)).at("/facts/hashes");
    }

    private static JsonNode json(Path stage) throws IOException {
        return Json.mapper().readTree(stage.resolve("manifest.json").toFile());
    }
}
