package io.flowmap.ingest;

import static io.flowmap.ingest.IngestRun.sources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.codec.TextEncoder;
import io.flowmap.config.UserError;
import io.flowmap.data.Conditions;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.text.TextCache;
import io.flowmap.ingest.source.Archives;
import io.flowmap.tensor.DType;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What T5 and CLIP give of captions, stored once for each text in bfloat16. */
@ExtendWith(LocalSpark.class)
class FluxTextsTest {
    private static final int TOKENS = 6;

    @TempDir
    Path dir;

    private final Configuration hadoop = new Configuration();
    private FluxFolder flux;

    @BeforeEach
    void drawNetworks() throws IOException {
        flux = FluxFolder.draw(dir.resolve("FLUX"), TestData.require("tokenizers", "clip", "tokenizer.json"));
    }

    @Test
    void equalCaptionsOfAllSplitsAreEncodedOnceAndTheEmptyOneToo(SparkSession spark) throws Exception {
        var pairs = new ArrayList<Object>();
        for (int i = 0; i < 129; i++) {
            pairs.addAll(List.of(i + ".png", Archives.png(i, 8, 8), i + ".txt", "the cat of house " + i % 7));
        }
        var train = Archives.tar(dir.resolve("train.tar"), pairs.toArray());
        var test = Archives.tar(dir.resolve("test.tar"), pairs.subList(0, 16).toArray());
        var run = run(spark, "texts", sources("train", train), sources("test", test));
        assertThat(run.manifest().facts().at("/texts/files")).hasToString("[8]");
        int row = 2 * (TOKENS * 12 + 8) + 4 * (TOKENS + 77);
        assertThat(Files.size(dir.resolve("texts/data/texts/texts-000000.bin"))).isEqualTo(48 + 8 * (32 + 4 + row));
        assertThat(rows(run))
                .hasSize(129)
                .extracting(found -> HexFormat.of().formatHex(found.getAs("text_key")))
                .satisfies(keys -> assertThat(Set.copyOf(keys)).hasSize(7));
        var found = rows(run).get(100);
        var folder = new org.apache.hadoop.fs.Path(flux.file("text_encoder_2").toUri());
        try (var t5 = TextEncoder.open(hadoop, TextEncoder.Kind.T5, folder)) {
            var text = new StoredText(run, found);
            float[] expected = t5.encode(text.tokens("text"));
            assertThat(text.values("condition_text")).isEqualTo(DType.BFLOAT16.encode(expected));
            int[] words = {4, 2, 6, 2, 2, 1};
            assertThat(text.tokens("text"))
                    .containsExactly(Arrays.stream(words).asLongStream().toArray());
        }
    }

    @Test
    void captionsEncodedWhenTheyAreNeededHaveTheSameConditions(SparkSession spark) throws IOException {
        var stored = run(spark, "arrays", few());
        var expected = conditions(stored);
        var run = run(spark, "none", few(), "ingest.captions.store=none");
        assertThat(run.dir().resolve("data/texts")).doesNotExist();
        var id = run.manifest().facts().at("/texts/id").asText();
        assertThat(id).isEqualTo(stored.manifest().facts().at("/texts/id").asText());
        assertThat(conditions(run).arrays()).usingRecursiveComparison().isEqualTo(expected.arrays());
        assertThat(conditions(run).nulls()).usingRecursiveComparison().isEqualTo(expected.nulls());
        var data = new org.apache.hadoop.fs.Path(run.dir().resolve("data").toUri());
        var caption = rows(run).get(3).<String>getAs("caption");
        assertThat(TextCache.ofThisJvm().encoders().row(hadoop, data, id, caption))
                .isEqualTo(new StoredText(stored, rows(stored).get(3)).row());
        var weights = flux.file("text_encoder", "model.safetensors");
        var bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(weights);
        Files.write(weights, bytes);
        var other =
                new org.apache.hadoop.fs.Path(run.dir() + "/../none/data"); // another name, so that it is opened again
        assertThatThrownBy(() -> TextCache.ofThisJvm().encoders().row(hadoop, other, id, caption))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("ingest.captions.encoder.clip.weights");
    }

    private static Conditions conditions(IngestRun run) {
        var data = run.data("train");
        var conditions = Conditions.allocate((int) data.count(), data.condition());
        for (int i = 0; i < data.count(); i++) {
            data.read(0).copyConditions(i, conditions, i);
        }
        return conditions;
    }

    @Test
    void anotherEncoderOrTokenizerGivesOtherKeys(SparkSession spark) throws IOException {
        var one = run(spark, "one", few()).manifest().facts().at("/texts/id").asText();
        var tokenizer = flux.file("tokenizer_2", "tokenizer.json");
        Files.writeString(tokenizer, Files.readString(tokenizer).replace("\"with\"", "\"cat\""));
        var two = run(spark, "two", few()).manifest().facts().at("/texts/id").asText();
        var three = run(spark, "three", few(), "ingest.captions.encoder.clip.max-tokens=70");
        assertThat(Set.of(one, two, three.manifest().facts().at("/texts/id").asText()))
                .hasSize(3);
    }

    /** Five captioned images. */
    private String few() {
        var pairs = new ArrayList<Object>();
        for (int i = 0; i < 5; i++) {
            pairs.addAll(List.of(i + ".png", Archives.png(i, 8, 8), i + ".txt", "a house with " + i % 3));
        }
        return sources("train", Archives.tar(dir.resolve("few.tar"), pairs.toArray()));
    }

    private IngestRun run(SparkSession spark, String name, String... overrides) {
        var settings = new ArrayList<>(List.of(
                "ingest.captions.from=[\".txt\"]",
                "ingest.captions.encoder.t5.weights=\"" + flux.file("text_encoder_2") + "\"",
                "ingest.captions.encoder.t5.max-tokens=" + TOKENS,
                "ingest.captions.encoder.clip.weights=\"" + flux.file("text_encoder") + "\"",
                "ingest.captions.dtype=bfloat16"));
        settings.addAll(List.of(overrides));
        return new IngestRun(spark, dir.resolve(name)).run(settings.toArray(String[]::new));
    }

    private static List<Row> rows(IngestRun run) {
        return run.spark()
                .read()
                .parquet(run.dir().resolve("data/train").toString())
                .sort(LatentSchema.INDEX)
                .collectAsList();
    }
}
