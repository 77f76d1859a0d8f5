package io.flowmap.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentSchema;
import io.flowmap.tensor.DType;
import io.flowmap.testing.OnnxFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptionEncoderTest {
    private static final int TOKENS = 4;
    private static final float[][] TABLE = {{9, 9}, {1, -1}, {0.1f, 2}, {3, 0.25f}, {-4, 8}};

    @TempDir
    Path dir;

    /** The named output is zero after the end of a caption; the first output has the row of the padding token there. */
    @Test
    void theEncoderGetsTheMaskAndItsNamedOutputIsStoredInFullPrecision() throws IOException {
        try (var encoder = open("seen", DType.FLOAT32)) {
            var encoded = encoder.encode(List.of("a cat", "a dog cat a dog"));
            assertThat(DType.FLOAT32.decode(encoded.get(0).get(LatentSchema.EMBEDDING)))
                    .containsExactly(0.1f, 2, 3, 0.25f, 0, 0, 0, 0);
            assertThat(DType.FLOAT32.decode(encoded.get(1).get(LatentSchema.EMBEDDING)))
                    .containsExactly(0.1f, 2, -4, 8, 3, 0.25f, 0.1f, 2);
            var facts = Json.mapper().valueToTree(encoder.facts());
            assertThat(facts.fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder(
                            "tokenizer-sha256", "tokens", "encoder-sha256", "embedding-shape", "embedding-dtype");
            assertThat(facts.get("embedding-dtype").asText()).isEqualTo("float32");
        }
        try (var encoder = open(null, DType.FLOAT32)) {
            var embedding = encoder.encode(List.of("a cat")).get(0).get(LatentSchema.EMBEDDING);
            assertThat(DType.FLOAT32.decode(embedding)).containsExactly(0.1f, 2, 3, 0.25f, 9, 9, 9, 9);
        }
    }

    @Test
    void aMissingOutputIsAUserError() throws IOException {
        try (var encoder = open("pooled", DType.FLOAT16)) {
            assertThatThrownBy(() -> encoder.encode(List.of("a cat")))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("expected one of the outputs [hidden, seen], got pooled");
        }
    }

    private CaptionEncoder open(String output, DType dtype) throws IOException {
        var tokenizer = Tokenizers.animals(dir.resolve("tokenizer.json"));
        var network = OnnxFiles.maskedEmbedding(dir.resolve("text.onnx"), TABLE);
        var source = new TextSource(tokenizer.toString(), TOKENS, network.toString(), output, dtype, List.of(), null);
        return CaptionEncoder.open(new Configuration(), source);
    }
}
