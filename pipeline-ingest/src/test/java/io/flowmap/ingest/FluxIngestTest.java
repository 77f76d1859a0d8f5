package io.flowmap.ingest;

import static io.flowmap.ingest.IngestRun.sources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.WeightStore;
import io.flowmap.codec.CodecSource;
import io.flowmap.codec.PixelDecoder;
import io.flowmap.codec.TextEncoder;
import io.flowmap.config.UserError;
import io.flowmap.data.CodecFiles;
import io.flowmap.data.Conditions;
import io.flowmap.data.Encoder;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.LatentShape;
import io.flowmap.tensor.DType;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Captioned photos through a folder like FLUX.1's: latents of the autoencoder, conditions of T5 and CLIP. */
@ExtendWith(LocalSpark.class)
class FluxIngestTest {
    private static final int TOKENS = 6;
    private static final int SIDE = 32;
    private static final LatentShape IMAGE = new LatentShape(3, SIDE, SIDE);

    @TempDir
    Path dir;

    private final Configuration hadoop = new Configuration();
    private FluxFolder flux;
    private Path photos;
    private int attempts;

    @BeforeEach
    void drawNetworks() throws IOException {
        photos = TestData.require("text-to-image", "data_000000.tar");
        flux = FluxFolder.draw(dir.resolve("FLUX"), TestData.require("tokenizers", "clip", "tokenizer.json"));
    }

    @Test
    void latentsAndConditionsAreThoseOfTheNetworks(SparkSession spark) {
        long fetched = WeightStore.ofThisJvm().fetched();
        var run = run(spark, "run", "ingest.block-records=3");
        assertThat(WeightStore.ofThisJvm().fetched() - fetched)
                .as("files mapped: the autoencoder, CLIP, two shards of T5")
                .isEqualTo(4);
        var pixels = new IngestRun(spark, dir.resolve("pixels"))
                .run(sources("train", photos), LIMIT, SHAPE, "ingest.captions.from=[prompt]");
        var images = rows(pixels);
        var rows = rows(run);
        assertThat(rows).hasSize(8);
        var files = new CodecFiles(
                CodecFiles.Kind.FLUX,
                flux.file("vae").toString(),
                flux.file("vae").toString(),
                false);
        try (var codec = CodecSource.open(hadoop, files);
                var t5 = encoder(TextEncoder.Kind.T5, "text_encoder_2");
                var clip = encoder(TextEncoder.Kind.CLIP, "text_encoder")) {
            for (int i = 0; i < rows.size(); i++) {
                assertThat(rows.get(i).<String>getAs("caption"))
                        .isEqualTo(images.get(i).getAs("caption"));
                assertThat(floats(rows.get(i), "latent")).isEqualTo(codec.encode(bytes(images.get(i)), 1, IMAGE));
                var text = new StoredText(run, rows.get(i));
                assertThat(text.condition("text")).isEqualTo(t5.encode(text.tokens("text")));
                assertThat(text.condition("pooled")).isEqualTo(clip.encode(text.tokens("pooled")));
                assertThat(text.tokens("text")).hasSize(TOKENS).contains(1);
                assertThat(text.tokens("pooled")).hasSize(77).startsWith(49406).endsWith(49407);
            }
        }
        var block = run.data("train").read(0);
        assertThat(block.shape()).isEqualTo(new LatentShape(4, SIDE / 4, SIDE / 4));
        assertThat(block.inline().arrays()).as("nothing of texts").isEmpty();
        var conditions = Conditions.allocate(2, run.data("train").condition());
        block.copyConditions(2, conditions, 1);
        assertThat(conditions.arrays()).containsOnlyKeys("text", "pooled");
        assertThat(conditions.arrays().get("text"))
                .hasSize(2 * TOKENS * 12)
                .startsWith(new float[TOKENS * 12])
                .endsWith(new StoredText(run, rows.get(2)).condition("text"));
        assertThat(run.manifest().inputs())
                .extracting("name")
                .contains(
                        "ingest.captions.encoder.t5.weights",
                        "ingest.captions.encoder.t5.tokenizer",
                        "ingest.captions.encoder.clip.weights",
                        "ingest.codec.encoder");
    }

    @Test
    void theResultDoesNotDependOnTheNumberOfTasks(SparkSession spark) {
        var first = run(spark, "one", "ingest.block-records=100");
        var second = run(spark, "several", "ingest.block-records=2", "ingest.codec.batch=1");
        assertThat(first.dir().resolve("data/texts/texts-000000.bin"))
                .hasSameBinaryContentAs(second.dir().resolve("data/texts/texts-000000.bin"));
        var one = rows(first);
        var several = rows(second);
        assertThat(several).hasSameSizeAs(one);
        for (int i = 0; i < one.size(); i++) {
            for (var column : List.of("latent", "text_key")) {
                assertThat(several.get(i).<byte[]>getAs(column))
                        .as(column)
                        .isEqualTo(one.get(i).getAs(column));
            }
        }
    }

    /** Stored latents go back through the decoder that the manifest names; nothing was standardised. */
    @Test
    void latentsDecodeWithTheCodecOfTheManifest(SparkSession spark) {
        var run = run(spark, "run");
        var data = run.data("train");
        var coder = Encoder.fromJson(run.manifest().facts().path("encoder"));
        var latent = data.read(0).latent(0);
        var files = new CodecFiles(
                CodecFiles.Kind.FLUX,
                flux.file("vae").toString(),
                flux.file("vae").toString(),
                false);
        try (var decoder = PixelDecoder.open(hadoop, coder, data.shape());
                var codec = CodecSource.open(hadoop, files)) {
            assertThat(decoder.image()).isEqualTo(IMAGE);
            var expected = codec.decode(latent, 1, data.shape());
            var image = decoder.decode(latent, 1);
            for (int i = 0; i < image.length; i++) {
                assertThat(image[i] & 0xff).isEqualTo((int) Math.rint(Math.max(0, Math.min(1, expected[i])) * 255.0));
            }
        }
    }

    @Test
    void aRecordWithoutACaptionHasTheConditionsOfAnEmptyOne(SparkSession spark) {
        var run = run(spark, "run", "ingest.captions.from=[none]", "ingest.captions.required=false");
        try (var t5 = encoder(TextEncoder.Kind.T5, "text_encoder_2")) {
            for (var row : rows(run)) {
                assertThat(row.<String>getAs("caption")).isNull();
                float[] empty = t5.encode(new long[] {1, 0, 0, 0, 0, 0});
                assertThat(new StoredText(run, row).condition("text")).isEqualTo(empty);
                assertThat(run.data("train").read(0).inline().nulls().get("text"))
                        .isEqualTo(empty);
            }
            assertThat(run.manifest().facts().at("/texts/files")).hasToString("[1]");
        }
    }

    @Test
    void missingAndUnfitFilesAreUserErrors(SparkSession spark) throws IOException {
        var tokenizer = flux.file("tokenizer_2", "tokenizer.json");
        var text = Files.readString(tokenizer);
        Files.delete(tokenizer);
        refused(spark, "cannot find the tokenizer of ingest.captions.encoder.t5: expected tokenizer.json in ");
        Files.writeString(flux.file("tokenizer_2", "spiece.model"), "sentences");
        refused(spark, "a SentencePiece model, which is not supported. FLUX.1 has tokenizer.json in tokenizer_2");
        Files.writeString(tokenizer, "[]");
        refused(spark, "expected a tokenizer.json of Hugging Face, got JSON text");
        Files.writeString(tokenizer, text.replace("\"with\": 7", "\"with\": 8"));
        refused(spark, "t5: expected tokens below 8, those of the encoder, got 8");
        var ends = text.substring(text.indexOf("{\"type\": \"TemplateProcessing\""), text.indexOf(",\n \"decoder\""));
        Files.writeString(tokenizer, text.replace(ends, "null"));
        refused(spark, "expected a tokenizer that ends each caption with a token of its own");
        Files.writeString(tokenizer, text);

        var vae = flux.file("vae", "config.json");
        var config = Files.readString(vae);
        Files.writeString(vae, config.replace("[8, 16, 16]", "[8, 16, 8]"));
        refused(spark, "has shape [16], expected [8]");
        Files.writeString(vae, config.replace("\"silu\"", "\"relu\""));
        refused(spark, "expected \"silu\", the only supported value as act_fn, got \"relu\"");
        Files.writeString(vae, config.replace("\"latent_channels\": 4, ", ""));
        refused(spark, "config.json: expected an integer from 1 as latent_channels, got none");
        Files.writeString(vae, config);

        var clip = flux.file("text_encoder", "model.safetensors");
        Files.move(clip, flux.file("text_encoder", "model.bin"));
        refused(spark, "text_encoder: expected one .safetensors file, or shards with their index, got none");
        Files.move(flux.file("text_encoder", "model.bin"), clip);
        refused(spark, "expected at most 77", "ingest.captions.encoder.clip.max-tokens=78");
        refused(spark, "expected images of 3 channels with sides that are multiples of 4", "ingest.resolution=30");
        Files.delete(flux.file("text_encoder_2", "model-00002-of-00002.safetensors"));
        refused(spark, "model-00002-of-00002.safetensors: no such file");
    }

    private static final String LIMIT = "ingest.filter.samples=8";
    private static final String SHAPE = "ingest.resolution=" + SIDE;

    private IngestRun run(SparkSession spark, String name, String... overrides) {
        var settings = new ArrayList<>(List.of(
                sources("train", photos),
                LIMIT,
                SHAPE,
                "ingest.captions.from=[prompt]",
                "ingest.captions.encoder.t5.weights=\"" + flux.file("text_encoder_2") + "\"",
                "ingest.captions.encoder.t5.max-tokens=" + TOKENS,
                "ingest.captions.encoder.clip.weights=\"" + flux.file("text_encoder") + "\"",
                "ingest.captions.dtype=float32",
                "ingest.encoder=codec",
                "ingest.codec.kind=flux",
                "ingest.codec.encoder=\"" + flux.file("vae") + "\""));
        settings.addAll(List.of(overrides));
        return new IngestRun(spark, dir.resolve(name)).run(settings.toArray(String[]::new));
    }

    private void refused(SparkSession spark, String message, String... overrides) {
        assertThatThrownBy(() -> run(spark, "bad" + ++attempts, overrides))
                .as("before the scan")
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    private TextEncoder encoder(TextEncoder.Kind kind, String folder) {
        return TextEncoder.open(
                hadoop, kind, new org.apache.hadoop.fs.Path(flux.file(folder).toUri()));
    }

    private static List<Row> rows(IngestRun run) {
        return run.spark()
                .read()
                .parquet(run.dir().resolve("data/train").toString())
                .sort(LatentSchema.INDEX)
                .collectAsList();
    }

    private static float[] floats(Row row, String column) {
        return DType.FLOAT32.decode(row.getAs(column));
    }

    /** Pixels of an image that was stored as x / 127.5 - 1. */
    private static byte[] bytes(Row row) {
        var values = DType.of(row.getAs("dtype")).decode(row.<byte[]>getAs("latent"));
        var bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Math.round((values[i] + 1) * 127.5f);
        }
        return bytes;
    }
}
