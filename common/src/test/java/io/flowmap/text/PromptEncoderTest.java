package io.flowmap.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.codec.TextEncoder;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.tensor.DType;
import io.flowmap.testing.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts encoded by what the manifest of data says of its captions. */
class PromptEncoderTest {
    private static final int TOKENS = 5;

    @TempDir
    Path dir;

    private final Configuration hadoop = new Configuration();

    @Test
    void aPromptHasTheConditionsOfACaptionInTheTypeOfTheData() throws IOException {
        data(files(), new Vocabulary(List.of("cat", "a"), 3));
        long[] tokens = {2, 3, 3, 3, 3}; // a, cat; CLIP is filled up with the last token
        try (var prompts = open();
                var clip = TextEncoder.open(hadoop, TextEncoder.Kind.CLIP, path("clip"));
                var t5 = TextEncoder.open(hadoop, TextEncoder.Kind.T5, path("t5"))) {
            var encoded = prompts.encode("A cat");
            assertThat(encoded).containsOnlyKeys("pooled", "text", "words");
            assertThat(encoded.get("pooled")).isEqualTo(half(clip.encode(tokens)));
            assertThat(encoded.get("text")).isEqualTo(half(t5.encode(new long[] {2, 3, 0, 0, 0})));
            assertThat(encoded.get("words")).containsExactly(2, 1, 0);
            assertThat(prompts.conditions().get("pooled").shape()).containsExactly(16);
        }
    }

    @Test
    void wordsNeedNoFiles() throws IOException {
        data(null, new Vocabulary(List.of("cat"), 2));
        try (var prompts = open()) {
            assertThat(prompts.encode("cat, zebra").get("words")).containsExactly(1, 2);
        }
    }

    @Test
    void aChangedTokenizerIsRefusedByName() throws IOException {
        data(files(), null);
        open().close();
        var tokenizer = dir.resolve("tokenizer.json");
        Files.writeString(tokenizer, Files.readString(tokenizer).replace("\"cat\"", "\"cow\""));
        assertThatThrownBy(this::open)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot encode prompts with the tokenizer of ingest.captions.encoder.t5")
                .hasMessageContaining("ingest the data again");
    }

    @Test
    void aChangedEncoderIsRefusedByName() throws IOException {
        data(files(), null);
        var weights = dir.resolve("clip/model.safetensors");
        var bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(weights);
        Files.write(weights, bytes);
        assertThatThrownBy(this::open)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot encode prompts with ingest.captions.encoder.clip.weights")
                .hasMessageContaining("expected the one that encoded the captions of");
    }

    @Test
    void dataWithoutEncodedCaptionsSayWhatToDo() throws IOException {
        data(null, null);
        assertThatThrownBy(this::open)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("set ingest.captions.from and one of ingest.captions.encoder.t5, clip and words");
    }

    private PromptEncoder open() {
        return PromptEncoder.open(hadoop, path("data"));
    }

    private org.apache.hadoop.fs.Path path(String name) {
        return new org.apache.hadoop.fs.Path(dir.resolve(name).toString());
    }

    private static float[] half(float[] values) {
        return DType.FLOAT16.decode(DType.FLOAT16.encode(values));
    }

    /** Copies of the drawn encoders, with one tokenizer for both. */
    private TextSource files() throws IOException {
        var tokenizer = Tokenizers.animals(dir.resolve("tokenizer.json")).toString();
        for (var kind : List.of("clip", "t5")) {
            var folder = Files.createDirectories(dir.resolve(kind));
            for (var file : List.of("config.json", "model.safetensors")) {
                Files.copy(Reference.require("flux", "text", "dev", kind, file), folder.resolve(file));
            }
        }
        return new TextSource(
                null,
                1,
                null,
                null,
                DType.FLOAT16,
                List.of(
                        new ConditionSource(
                                TextEncoder.Kind.T5, dir.resolve("t5").toString(), tokenizer, TOKENS),
                        new ConditionSource(
                                TextEncoder.Kind.CLIP, dir.resolve("clip").toString(), tokenizer, TOKENS)),
                null);
    }

    /** The manifest of data whose captions were encoded by these files and words, either of them null for none. */
    private void data(TextSource source, Vocabulary words) throws IOException {
        var none = new TextSource(null, 1, null, null, DType.FLOAT16, List.of(), null);
        var manifest = Json.mapper().createObjectNode();
        manifest.put("stage", "data").put("version", "").put("seed", 0).put("finished", "now");
        manifest.putArray("inputs");
        manifest.putObject("environment");
        var encoders = manifest.putObject("config")
                .putObject("ingest")
                .putObject("captions")
                .put("dtype", "float16")
                .putObject("encoder");
        for (var condition : source == null ? none.conditions() : source.conditions()) {
            var kind = condition.kind() == TextEncoder.Kind.T5 ? "t5" : "clip";
            encoders.set(
                    kind,
                    Json.mapper()
                            .valueToTree(Map.of(
                                    "weights",
                                    condition.weights(),
                                    "tokenizer",
                                    condition.tokenizer(),
                                    "max-tokens",
                                    TOKENS)));
        }
        var facts = manifest.putObject("facts");
        var all = (source == null ? none : source).with(words);
        if (!all.isEmpty()) {
            try (var encoder = CaptionEncoder.open(hadoop, all)) {
                facts.set("captions", Json.mapper().valueToTree(encoder.facts()));
            }
        }
        var folder = Files.createDirectories(dir.resolve("data"));
        Files.writeString(folder.resolve("manifest.json"), Json.pretty(manifest));
    }
}
