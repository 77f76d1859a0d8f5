package io.flowmap.ingest;

import static io.flowmap.ingest.IngestRun.sources;
import static io.flowmap.ingest.source.Archives.jpeg;
import static io.flowmap.ingest.source.Archives.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentSchema;
import io.flowmap.ingest.source.Archives;
import io.flowmap.tensor.DType;
import io.flowmap.testing.OnnxFiles;
import io.flowmap.testing.TestData;
import io.flowmap.text.Tokenizers;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class TextToImageTest {
    private static final String CAPTIONS = "ingest.captions.from=[\"prompt\", \".txt\"]";
    private static final String SMALL = "ingest.resolution=8";

    @TempDir
    Path dir;

    @Test
    void captionsComeFromTheFirstPlaceWithACaption(SparkSession spark) {
        var shard = Archives.tar(
                dir.resolve("a.tar"),
                "0.jpg",
                jpeg(0, 16, 16),
                "0.json",
                "{\"prompt\": \" a cat \"}",
                "1.jpg",
                jpeg(1, 16, 16),
                "1.txt",
                "a dög\n",
                "2.jpg",
                jpeg(2, 16, 16),
                "2.json",
                "{\"prompt\": [\"one\", \"two\"]}",
                "2.txt",
                "not this",
                "3.jpg",
                jpeg(3, 16, 16),
                "4.jpg",
                jpeg(4, 16, 16),
                "4.txt",
                new byte[] {'a', (byte) 0xff});
        var run = run(spark, "run", sources("train", shard), CAPTIONS, SMALL, "ingest.max-failure-share=0.5");
        assertThat(run.ledger("true"))
                .extracting(row -> row.getAs("key") + " " + row.getAs("status") + " " + row.getAs("reason") + " "
                        + row.getAs("caption_source") + " " + row.getAs("caption_length"))
                .containsExactly(
                        "0 kept null prompt 5",
                        "1 kept null .txt 5",
                        "2 kept null prompt 3",
                        "3 quarantined no caption null null",
                        "4 quarantined caption is not UTF-8 text null null");
        assertThat(rows(run, "train"))
                .extracting(row -> row.<String>getAs("caption"))
                .containsExactlyInAnyOrder("a cat", "a dög", "one");
    }

    @Test
    void filtersGiveTheirReasonsAndNoRecordIsLost(SparkSession spark) {
        var shard = Archives.tar(dir.resolve("a.tar"), filtered());
        var run = run(
                spark,
                "run",
                sources("train", shard),
                CAPTIONS,
                SMALL,
                "ingest.filter.min-side=12",
                "ingest.filter.max-side=40",
                "ingest.filter.min-aspect=0.5",
                "ingest.filter.max-aspect=2",
                "ingest.filter.min-caption=3",
                "ingest.filter.max-caption=20",
                "ingest.filter.caption=a|e",
                "ingest.filter.caption-not=(?i)watermark",
                "ingest.filter.fields.source=flux|gpt-.*");
        assertThat(run.ledger("true"))
                .extracting(row -> row.getAs("status") + " " + row.getAs("reason"))
                .containsExactly(
                        "kept null",
                        "filtered resolution 10x16",
                        "filtered resolution 50x60",
                        "filtered aspect ratio of 40x16",
                        "filtered caption of 2 characters",
                        "filtered caption of 26 characters",
                        "filtered caption does not match the pattern",
                        "filtered caption matches the excluded pattern",
                        "filtered field source is laion",
                        "filtered field source is missing");
        assertThatThrownBy(() -> run(spark, "bad", sources("train", shard), "ingest.filter.caption=\"(\""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected a regular expression, got (");
    }

    @Test
    void theLimitKeepsARandomSampleOfTheSeed(SparkSession spark) {
        var pairs = new ArrayList<Object>();
        for (int i = 0; i < 40; i++) {
            pairs.addAll(List.of(i + ".png", png(i, 8, 8)));
        }
        var shard = Archives.tar(dir.resolve("a.tar"), pairs.toArray());
        var run = run(spark, "run", sources("train", shard), "ingest.filter.samples=15", "ingest.block-records=4");
        assertThat(run.data("train").count()).isEqualTo(15);
        assertThat(run.ledger("reason = 'beyond the limit of 15 samples' and index is null"))
                .hasSize(25);
        var all = run(spark, "all", sources("train", shard), "ingest.block-records=4");
        assertThat(keys(run.ledger("status = 'kept'"))).isEqualTo(keys(all.ledger("index < 15")));
    }

    @Test
    void bucketsAreSplitsByNearestAspectRatio(SparkSession spark) {
        var shard = Archives.tar(
                dir.resolve("a.tar"),
                "tall.jpg",
                jpeg(0, 30, 60),
                "wide.jpg",
                jpeg(1, 64, 30),
                "square.jpg",
                jpeg(2, 33, 31),
                "wider.jpg",
                jpeg(3, 300, 30));
        var run = run(
                spark, "run", sources("train", shard), "ingest.buckets=[\"16x16\", \"24x12\", \"12x24\", \"8x40\"]");
        assertThat(run.ledger("true"))
                .extracting(row -> row.getAs("key") + " " + row.getAs("bucket"))
                .containsExactly("tall 12x24", "wide 24x12", "square 16x16", "wider 24x12");
        assertThat(run.ledger("bucket = '24x12'"))
                .extracting(row -> row.<Long>getAs("index"))
                .containsExactlyInAnyOrder(0L, 1L);
        assertThat(run.data("train/24x12").shape()).hasToString("LatentShape[channels=3, height=12, width=24]");
        assertThat(run.data("train/12x24").read(0).latent(0)).hasSize(3 * 24 * 12);
        assertThat(run.data("train/16x16").count()).isEqualTo(1);
        assertThatThrownBy(() -> run.data("train"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("train/16x16");
    }

    @Test
    void tokensAndEmbeddingsMatchTheModels(SparkSession spark) throws IOException {
        var tokenizer = Tokenizers.animals(dir.resolve("tokenizer.json"));
        float[][] table = {{0, 0}, {1, -1}, {0.5f, 2}, {3, 0.25f}, {-4, 8}};
        var encoder = OnnxFiles.embedding(dir.resolve("text.onnx"), table);
        var shard = Archives.tar(
                dir.resolve("a.tar"),
                "0.png",
                png(0, 8, 8),
                "0.txt",
                "A cat",
                "1.png",
                png(1, 8, 8),
                "1.txt",
                "a zebra dog cat a",
                "2.png",
                png(2, 8, 8));
        var run = run(
                spark,
                "run",
                sources("train", shard),
                CAPTIONS,
                "ingest.captions.required=false",
                "ingest.captions.tokenizer=" + tokenizer,
                "ingest.captions.max-tokens=4",
                "ingest.captions.encoder.onnx=" + encoder);
        for (var row : rows(run, "train")) {
            String caption = row.getAs("caption");
            if (caption == null) {
                assertThat(row.<byte[]>getAs("tokens")).isNull();
                continue;
            }
            int[] expected = caption.equals("A cat") ? new int[] {2, 3, 0, 0} : new int[] {2, 1, 4, 3};
            var tokens = ByteBuffer.wrap(row.getAs("tokens")).order(ByteOrder.LITTLE_ENDIAN);
            var embedding = DType.FLOAT16.decode(row.getAs("embedding"));
            for (int i = 0; i < 4; i++) {
                assertThat(tokens.getInt(4 * i)).isEqualTo(expected[i]);
                assertThat(embedding[2 * i]).isEqualTo(table[expected[i]][0]);
                assertThat(embedding[2 * i + 1]).isEqualTo(table[expected[i]][1]);
            }
        }
        assertThat(run.manifest().facts().path("captions").path("embedding-shape"))
                .hasToString("[4,2]");
        assertThat(run.manifest().inputs()).extracting("name").contains("ingest.captions.tokenizer");
        assertThatThrownBy(() ->
                        run(spark, "bad", sources("train", shard), CAPTIONS, "ingest.captions.tokenizer=" + encoder))
                .isInstanceOf(Exception.class)
                .hasStackTraceContaining("expected a tokenizer.json of Hugging Face, got other bytes");
    }

    /** Every shard of the sample, and one with planted duplicates: the same bytes, another quality, half the size. */
    @Test
    void plantedDuplicatesAreFoundAndNoOthers(SparkSession spark) throws IOException {
        var data = TestData.require("text-to-image");
        var images = images(data);
        int third = images.size() / 3;
        var planted = Archives.tar(
                dir.resolve("planted.tar"),
                "same.jpg",
                images.get(0),
                "same.txt",
                "other words",
                "quality.jpg",
                written(decoded(images.get(third)), 0.5f, 1),
                "quality.txt",
                "x",
                "half.jpg",
                written(decoded(images.get(2 * third)), 0.9f, 2),
                "half.txt",
                "y");
        var run = run(
                spark,
                "run",
                sources("train", data, planted),
                CAPTIONS,
                "ingest.resolution=32",
                "ingest.filter.duplicates=perceptual");
        var all = run.ledger("true");
        assertThat(all).hasSize(images.size() + 3);
        assertThat(run.ledger("status = 'quarantined'")).isEmpty();
        assertThat(run.ledger("status = 'filtered'"))
                .extracting(row -> row.getAs("key") + " " + kind(row.getAs("reason")))
                .containsExactly("same duplicate of", "quality looks like", "half looks like");
        var originals = run.ledger("status = 'filtered'");
        assertThat(originals.get(0).<String>getAs("reason"))
                .endsWith(" " + all.get(0).getAs("key"));
        assertThat(originals.get(1).<String>getAs("reason"))
                .endsWith(" " + all.get(third).getAs("key"));
        assertThat(originals.get(2).<String>getAs("reason"))
                .endsWith(" " + all.get(2 * third).getAs("key"));
        assertThat(run.data("train").count()).isEqualTo(images.size());
    }

    @Test
    void anInterruptedScanResumesWithTheRemainingShards(SparkSession spark) throws IOException {
        var shards = new ArrayList<Path>();
        for (int shard = 0; shard < 5; shard++) {
            shards.add(Archives.tar(
                    dir.resolve("shard-00" + shard + ".tar"),
                    "0.png",
                    png(3 * shard, 8, 8),
                    "1.png",
                    png(3 * shard + 1, 8, 8)));
        }
        var train = "ingest.train=\"file://" + dir + "/shard-{000..004}.tar\"";
        var settings = new String[] {train, SMALL, "ingest.color=gray", "ingest.labels=optional"};
        var hadoop = spark.sparkContext().hadoopConfiguration();
        hadoop.set("fs.file.impl", InterruptedFileSystem.class.getName());
        hadoop.set("fs.file.impl.disable.cache", "true");
        try {
            interrupt(spark, settings);
        } finally {
            hadoop.unset("fs.file.impl");
            hadoop.unset("fs.file.impl.disable.cache");
        }
        assertThatThrownBy(() -> run(spark, "more", train.replace("004}", "005}"), SMALL))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected all 6 shards of the range, got 5");
    }

    private void interrupt(SparkSession spark, String... settings) throws IOException {
        var broken = Files.createFile(dir.resolve("shard-004.tar.broken"));
        assertThatThrownBy(() -> run(spark, "run", settings)).hasStackTraceContaining("broken off as planned");
        assertThat(dir.resolve("run/data/manifest.json")).doesNotExist();
        assertThat(dir.resolve("run/data/staged/portion-0000000.parquet")).exists();
        assertThat(dir.resolve("run/data/staged/portion-0000004.parquet")).doesNotExist();
        Files.delete(broken);
        InterruptedFileSystem.OPENED.clear();
        var resumed = run(spark, "run", settings);
        assertThat(InterruptedFileSystem.OPENED).contains("shard-004.tar").doesNotContain("shard-000.tar");
        var whole = run(spark, "whole", settings);
        assertThat(InterruptedFileSystem.OPENED).contains("shard-000.tar");
        assertThat(resumed.manifest().facts()).isEqualTo(whole.manifest().facts());
        assertThat(resumed.ledger("true")).isEqualTo(whole.ledger("true"));
        assertThat(resumed.blocks("train").get(0).values())
                .isEqualTo(whole.blocks("train").get(0).values());
    }

    private static Object[] filtered() {
        var pairs = new ArrayList<Object>();
        add(pairs, 20, 20, "a red bird", "flux");
        add(pairs, 10, 16, "a red bird", "flux");
        add(pairs, 50, 60, "a red bird", "flux");
        add(pairs, 40, 16, "a red bird", "flux");
        add(pairs, 20, 20, "ab", "flux");
        add(pairs, 20, 20, "abcdefghijklmnopqrstuvwxyz", "flux");
        add(pairs, 20, 20, "no p u r p", "gpt-4o");
        add(pairs, 20, 20, "Watermark", "gpt-4o");
        add(pairs, 20, 20, "a red bird", "laion");
        add(pairs, 20, 20, "a red bird", null);
        return pairs.toArray();
    }

    private static void add(List<Object> pairs, int width, int height, String caption, String source) {
        int number = pairs.size() / 4;
        var from = source == null ? "" : ", \"source\": \"" + source + "\"";
        pairs.addAll(List.of(number + ".jpg", jpeg(number, width, height)));
        pairs.addAll(List.of(number + ".json", "{\"prompt\": \"" + caption + "\"" + from + "}"));
    }

    private IngestRun run(SparkSession spark, String name, String... overrides) {
        return new IngestRun(spark, dir.resolve(name)).run(overrides);
    }

    private static List<Row> rows(IngestRun run, String split) {
        return run.spark()
                .read()
                .schema(LatentSchema.captionedType())
                .parquet(run.dir().resolve("data").resolve(split).toString())
                .collectAsList();
    }

    private static List<String> keys(List<Row> rows) {
        return rows.stream().map(row -> row.<String>getAs("key")).toList();
    }

    private static String kind(String reason) {
        var words = reason.split(" ");
        return words[0] + " " + words[1];
    }

    private static List<byte[]> images(Path folder) throws IOException {
        var images = new ArrayList<byte[]>();
        try (var files = Files.list(folder)) {
            for (var file : files.filter(path -> path.toString().endsWith(".tar"))
                    .sorted()
                    .toList()) {
                try (var tar = new TarArchiveInputStream(Files.newInputStream(file))) {
                    for (var entry = tar.getNextTarEntry(); entry != null; entry = tar.getNextTarEntry()) {
                        if (entry.getName().endsWith(".jpg")) {
                            images.add(tar.readAllBytes());
                        }
                    }
                }
            }
        }
        return images;
    }

    private static BufferedImage decoded(byte[] jpeg) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }

    private static byte[] written(BufferedImage image, float quality, int shrink) throws IOException {
        int width = image.getWidth() / shrink;
        int height = image.getHeight() / shrink;
        var scaled = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        var graphics = scaled.createGraphics();
        graphics.drawImage(image.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING), 0, 0, null);
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("jpg").next();
        var parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(quality);
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(scaled, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
