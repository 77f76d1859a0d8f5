package io.flowmap.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowmap.config.UserError;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLIP's real vocabulary in both forms, compared with the tokens of OpenAI's tokenizer. */
class ClipTokenizerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    private final Configuration hadoop = new Configuration();

    @Test
    void tokensAreThoseOfOpenAi() {
        compare(TokenizerFile.read(hadoop, hadoop(TestData.require("tokenizers", "clip", "tokenizer.json"))));
    }

    @Test
    void vocabularyAndMergesGiveTheSameTokens() throws IOException {
        var model = JSON.readTree(
                        TestData.require("tokenizers", "clip", "tokenizer.json").toFile())
                .get("model");
        var vocabulary =
                Files.writeString(dir.resolve("vocab.json"), model.get("vocab").toString());
        var merges = new StringBuilder("#version: 0.2\n");
        model.get("merges").forEach(pair -> merges.append(pair.asText()).append('\n'));
        Files.writeString(dir.resolve("merges.txt"), merges);
        var json = ClipTokenizer.json(
                TokenizerFile.read(hadoop, hadoop(vocabulary)),
                TokenizerFile.read(hadoop, hadoop(dir.resolve("merges.txt"))));
        compare(new TokenizerFile(hadoop(vocabulary), json));
    }

    @Test
    void anotherVocabularyIsAUserError() throws IOException {
        var file = hadoop(Files.writeString(dir.resolve("vocab.json"), "{\"a\": 0}"));
        var read = TokenizerFile.read(hadoop, file);
        assertThatThrownBy(() -> ClipTokenizer.json(read, read))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("vocab.json: expected CLIP's token <|startoftext|>, got none");
    }

    private static void compare(TokenizerFile file) {
        JsonNode goldens;
        try {
            goldens = JSON.readTree(
                    TestData.require("tokenizers", "clip", "golden_ids.json").toFile());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        try (var tokenizer = file.open(1000, false);
                var cut = file.open(77, false)) {
            goldens.get("plain").forEach(prompt -> assertThat(
                            tokenizer.encode(prompt.get("text").asText()).getIds())
                    .as(prompt.get("text").asText())
                    .isEqualTo(longs(prompt.get("ids"))));
            goldens.get("padded").forEach(prompt -> {
                var ids = cut.encode(prompt.get("text").asText()).getIds();
                assertThat(longs(prompt.get("ids77"))).startsWith(ids).endsWith(49407);
            });
        }
    }

    private static long[] longs(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    private static org.apache.hadoop.fs.Path hadoop(Path path) {
        return new org.apache.hadoop.fs.Path(path.toUri());
    }
}
