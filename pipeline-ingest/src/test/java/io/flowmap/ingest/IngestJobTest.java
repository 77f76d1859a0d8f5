package io.flowmap.ingest;

import static io.flowmap.ingest.IngestRun.sources;
import static io.flowmap.ingest.source.Archives.jpeg;
import static io.flowmap.ingest.source.Archives.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentBlock;
import io.flowmap.data.PixelEncoder;
import io.flowmap.ingest.source.Archives;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class IngestJobTest {
    @TempDir
    Path dir;

    @Test
    void outputDoesNotDependOnThePartitionCount(SparkSession spark) throws IOException {
        var data = Archives.zip(dir.resolve("data.zip"), folders(50));
        var seen = new LinkedHashMap<String, Integer>();
        for (int partitions : new int[] {1, 3, 8}) {
            spark.conf().set("spark.sql.shuffle.partitions", partitions);
            spark.conf().set("spark.sql.files.maxPartitionBytes", partitions == 1 ? 1 << 27 : 1 << 12);
            var run = run(
                    spark,
                    "run" + partitions,
                    sources("train", data),
                    "ingest.encoder=standardised",
                    "ingest.block-records=16");
            seen.merge(contents(run), 1, Integer::sum);
            assertThat(Files.exists(run.dir().resolve("data/staging"))).isFalse();
        }
        spark.conf().set("spark.sql.shuffle.partitions", 3);
        spark.conf().unset("spark.sql.files.maxPartitionBytes");
        assertThat(seen).hasSize(1);
    }

    @Test
    void blocksHoldEveryRecordOnceInShuffledOrder(SparkSession spark) {
        var run = run(
                spark,
                "run",
                sources("train", Archives.zip(dir.resolve("data.zip"), folders(50))),
                "ingest.block-records=16");
        var blocks = run.blocks("train");
        assertThat(blocks).extracting(block -> block.label().length).containsExactly(16, 16, 16, 2);
        assertThat(blocks.stream().flatMapToLong(block -> LongStream.of(block.index())))
                .containsExactlyElementsOf(LongStream.range(0, 50).boxed().toList());
        assertThat(run.labels("train").stream().sorted().toList()).isNotEqualTo(run.labels("train"));
        for (var row : run.ledger("status = 'kept'")) {
            int number = Integer.parseInt(row.<String>getAs("key").substring(3, 7));
            int index = Math.toIntExact(row.<Long>getAs("index"));
            byte[] pixels = new byte[64];
            ((PixelEncoder) run.data("train").encoder())
                    .decode(
                            values(blocks.get(index / 16), index % 16),
                            pixels,
                            run.data("train").shape());
            assertThat(pixels).isEqualTo(plain(number));
            assertThat(blocks.get(index / 16).label()[index % 16])
                    .isEqualTo(row.<Integer>getAs("label"))
                    .isEqualTo(number % 3);
        }
        assertThat(run.data("train").rows(spark).count()).isEqualTo(50);
        assertThat(run.data("train").classNames()).containsExactly("c0", "c1", "c2");
    }

    @Test
    void zipFolderAndShardOfTheSameImagesGiveTheSameData(SparkSession spark) {
        var images = folders(12);
        var listed = new LinkedHashMap<String, Object>(images);
        var labels = images.keySet().stream()
                .map(name -> "[\"" + name + "\", " + name.charAt(1) + "]")
                .toList();
        listed.put("dataset.json", "{\"labels\": " + labels + "}");
        var pairs = images.entrySet().stream()
                .flatMap(image ->
                        List.of(image.getKey(), image.getValue(), image.getKey().replace(".png", ".cls"), (Object)
                                        image.getKey().substring(1, 2))
                                .stream())
                .toArray();
        var runs = List.of(
                run(spark, "r0", sources("train", Archives.zip(dir.resolve("a.zip"), images))),
                run(spark, "r1", sources("train", Archives.folder(dir.resolve("b"), images))),
                run(spark, "r2", sources("train", Archives.zip(dir.resolve("c.zip"), listed))),
                run(spark, "r3", sources("train", Archives.folder(dir.resolve("d"), listed))),
                run(spark, "r4", sources("train", Archives.tar(dir.resolve("e.tar"), pairs))));
        for (var run : runs) {
            assertThat(unordered(run)).isEqualTo(unordered(runs.get(0)));
        }
    }

    @Test
    void aSecondRunIsSkippedAndAnInterruptedRunIsRepeated(SparkSession spark) throws IOException {
        var source = sources("train", Archives.zip(dir.resolve("data.zip"), folders(20)));
        var run = run(spark, "run", source);
        var manifest = run.dir().resolve("data/manifest.json");
        var first = contents(run);
        var time = Files.getLastModifiedTime(manifest);
        run(spark, "run", source);
        assertThat(Files.getLastModifiedTime(manifest)).isEqualTo(time);
        Files.delete(manifest);
        Files.writeString(run.dir().resolve("data/train/.block-000000.parquet.7"), "half");
        assertThat(contents(run(spark, "run", source))).isEqualTo(first);
    }

    @Test
    void ledgerHasARowForEveryRecord(SparkSession spark) {
        var members = new LinkedHashMap<String, Object>(folders(30));
        members.put("c0/cut.jpg", Arrays.copyOf(jpeg(0, 8, 8), 300));
        members.put("c1/wide.png", png(0, 9, 8));
        members.put("c1/notes.txt", "text");
        members.put("loose.png", png(1, 8, 8));
        var run = run(
                spark,
                "run",
                sources("train", Archives.zip(dir.resolve("data.zip"), members)),
                "ingest.max-failure-share=0.1");
        assertThat(run.data("train").count()).isEqualTo(30);
        assertThat(run.ledger("true")).hasSize(34);
        assertThat(run.ledger("status = 'kept' and reason is null and index is not null and width = 8 and offset > 0"))
                .hasSize(30);
        assertThat(run.ledger("status <> 'kept'"))
                .extracting(IngestJobTest::verdict)
                .containsExactly(
                        "c0/cut.jpg quarantined cannot decode JPEG: No image data present to read",
                        "c1/wide.png quarantined size 9x8, expected 8x8",
                        "c1/notes.txt filtered no image",
                        "loose.png quarantined no label");
        var facts = run.manifest().facts();
        assertThat(facts.fieldNames())
                .toIterable()
                .contains("class-names", "classes", "dtype", "encoder", "records", "shape", "shapes", "splits")
                .doesNotContain("data", "captions");
        assertThat(facts.path("dtype").asText()).isEqualTo("float16");
        var counts = facts.path("records").path("train");
        assertThat(counts.path("kept").asInt()).isEqualTo(30);
        assertThat(counts.path("quarantined").asInt()).isEqualTo(3);
        assertThat(counts.path("filtered").asInt()).isEqualTo(1);
        assertThat(counts.path("classes").toString()).isEqualTo("[10,10,10]");
    }

    @Test
    void tooManyFailuresStopTheJobWithTheFirstReasonsAndALedger(SparkSession spark) {
        var members = new LinkedHashMap<String, Object>(folders(10));
        members.put("c0/bad.jpg", "no jpeg");
        var source = sources("train", Archives.zip(dir.resolve("data.zip"), members));
        assertThatThrownBy(() -> run(spark, "run", source))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected at most 1.000 % of its images quarantined, got 1 of 11")
                .hasMessageContaining("c0/bad.jpg at ")
                .hasMessageContaining("neither JPEG, PNG, GIF, BMP, TIFF nor WebP");
        assertThat(new IngestRun(spark, dir.resolve("run")).ledger("true")).hasSize(11);
        assertThat(dir.resolve("run/data/manifest.json")).doesNotExist();
    }

    @Test
    void sourcesWithoutImagesAreUserErrors(SparkSession spark) {
        var source = sources("train", Archives.tar(dir.resolve("a.tar"), "0.txt", "text", "1.mp", "x"));
        assertThatThrownBy(() -> run(spark, "run", source))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("got none that can be read");
        assertThatThrownBy(() -> run(spark, "run2", source, "ingest.resolution=8", "ingest.color=gray"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("got none in 2 records; first")
                .hasMessageContaining("no image: .txt");
        assertThatThrownBy(() -> run(spark, "run3"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("ingest.train");
    }

    /** If the settings leave nothing open, no image is read in advance. */
    @ParameterizedTest
    @ValueSource(strings = {"train", "test"})
    void emptySourcesAreUserErrors(String split, SparkSession spark) throws IOException {
        var full = Archives.zip(dir.resolve("full.zip"), folders(10));
        var empty = List.of(
                Files.createDirectory(dir.resolve("folder")),
                Archives.folder(dir.resolve("names"), Map.of("classes.json", "[\"a\"]")),
                Archives.zip(dir.resolve("empty.zip"), Map.of()),
                Archives.zip(dir.resolve("labels.zip"), Map.of("dataset.json", "{\"labels\": []}")));
        for (var place : empty) {
            assertThatThrownBy(() -> run(
                            spark,
                            place.getFileName() + "-run",
                            sources("train", split.equals("train") ? place : full),
                            split.equals("train") ? "ingest.test=null" : sources("test", place),
                            "ingest.resolution=8",
                            "ingest.color=gray"))
                    .as(place.toString())
                    .isInstanceOf(UserError.class)
                    .hasMessageEndingWith(place + " as ingest." + split + ": no images in it");
        }
    }

    @Test
    void anEmptyZipIsReportedBeforeImagesAreRead(SparkSession spark) {
        var zip = TestData.require("reports", "empty-input", "empty.zip");
        assertThatThrownBy(() -> run(spark, "run", sources("train", zip)))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith(zip + " as ingest.train: no images in it");
    }

    /** The damage is found by reading the first images, or by the scan if the settings leave nothing open. */
    @Test
    void aSingleDamagedSourceIsReportedWithItsReason(SparkSession spark) throws IOException {
        var zip = Files.readAllBytes(Archives.zip(dir.resolve("whole.zip"), folders(3)));
        var reasons = new LinkedHashMap<Path, String>();
        reasons.put(
                Files.write(dir.resolve("cut.zip"), Arrays.copyOf(zip, zip.length / 2)),
                "unreadable zip: the list of files at its end is missing, it was cut or damaged");
        reasons.put(Files.createFile(dir.resolve("zero.zip")), "unreadable zip: empty file");
        reasons.put(
                Files.writeString(dir.resolve("page.zip"), "<!DOCTYPE html>"),
                "unreadable zip: it begins with \"<!DOCTYPE html>\"");
        reasons.put(Files.write(dir.resolve("zeros.tar"), new byte[10_240]), "tar without files");
        reasons.put(Files.createFile(dir.resolve("zero.tar")), "empty file");
        reasons.put(Files.write(dir.resolve("zip.tar"), zip), "not a tar: it begins with \"PK");
        var all = reasons.keySet().toArray(Path[]::new);
        var settled = new String[] {"ingest.resolution=8", "ingest.color=gray", "ingest.max-failure-share=1"};
        for (var reason : reasons.entrySet()) {
            assertThatThrownBy(() ->
                            run(spark, "first-" + reason.getKey().getFileName(), sources("train", reason.getKey())))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("expected images, got none that can be read; first ")
                    .hasMessageContaining(reason.getKey().toString())
                    .hasMessageContaining(": " + reason.getValue())
                    .message()
                    .hasLineCount(1);
        }
        assertThatThrownBy(() -> run(spark, "scan", sources("train", all), settled[0], settled[1], settled[2]))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected images, got none in 6 records; first ")
                .hasMessageContaining("cut.zip: unreadable zip: the list")
                .hasMessageContaining("zeros.tar at 0: tar without files");
    }

    @Test
    void imagesAreFramedAndConvertedAsConfigured(SparkSession spark) {
        var pairs = new Object[] {"0.jpg", jpeg(0, 40, 30), "1.jpg", jpeg(1, 30, 50), "2.png", png(2, 16, 16)};
        var shard = sources("train", Archives.tar(dir.resolve("a.tar"), pairs));
        var gray = run(spark, "gray", shard, "ingest.resolution=16", "ingest.color=gray");
        assertThat(gray.data("train").shape()).hasToString("LatentShape[channels=1, height=16, width=16]");
        assertThat(gray.data("train").classes()).isZero();
        assertThat(gray.labels("train")).containsExactly(-1, -1, -1);
        var color = run(spark, "color", shard, "ingest.resolution=8", "ingest.transform=center-crop-dhariwal");
        assertThat(color.data("train").shape()).hasToString("LatentShape[channels=3, height=8, width=8]");
    }

    private IngestRun run(SparkSession spark, String name, String... overrides) {
        return new IngestRun(spark, dir.resolve(name)).run(overrides);
    }

    private static Map<String, Object> folders(int count) {
        var members = new LinkedHashMap<String, Object>();
        for (int i = 0; i < count; i++) {
            members.put("c" + i % 3 + "/" + String.format("%04d", i) + ".png", png(i, 8, 8));
        }
        return members;
    }

    private static byte[] plain(int number) {
        byte[] pixels = new byte[64];
        for (int i = 0; i < 64; i++) {
            pixels[i] = (byte) (31 * number + 7 * i);
        }
        return pixels;
    }

    private static float[] values(LatentBlock block, int row) {
        int size = block.shape().size();
        return Arrays.copyOfRange(block.values(), row * size, (row + 1) * size);
    }

    private static String verdict(Row row) {
        return row.getAs("key") + " " + row.getAs("status") + " " + row.getAs("reason");
    }

    private static String contents(IngestRun run) {
        var text = new StringBuilder(run.manifest().facts().toString());
        for (var block : run.blocks("train")) {
            text.append(Arrays.toString(block.index()))
                    .append(Arrays.toString(block.label()))
                    .append(Arrays.toString(block.values()));
        }
        return text.append(run.ledger("true")).toString();
    }

    private static List<String> unordered(IngestRun run) {
        var block = run.blocks("train").get(0);
        return IntStream.range(0, block.label().length)
                .mapToObj(i -> block.label()[i] + Arrays.toString(values(block, i)))
                .sorted()
                .toList();
    }
}
