package io.flowmap.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.config.Json;
import io.flowmap.config.UserError;
import io.flowmap.nn.Parameter;
import io.flowmap.testing.FrozenValues;
import io.flowmap.testing.Npy;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

class TextEncodersTest {
    /** Half of 32 buckets for either direction: 8 single distances, then two for each doubling up to 128. */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-1, 1",
        "-7, 7",
        "-8, 8",
        "-11, 8",
        "-12, 9",
        "-15, 9",
        "-16, 10",
        "-22, 10",
        "-23, 11",
        "-31, 11",
        "-32, 12",
        "-45, 12",
        "-46, 13",
        "-63, 13",
        "-64, 14",
        "-90, 14",
        "-91, 15",
        "-127, 15",
        "-128, 15",
        "-5000, 15",
        "1, 17",
        "7, 23",
        "8, 24",
        "16, 26",
        "32, 28",
        "64, 30",
        "511, 31"
    })
    void bucketsAreSingleThenLogarithmic(int relative, int bucket) {
        assertThat(T5Encoder.bucket(relative, 32, 128)).isEqualTo(bucket);
    }

    /** Values of x Phi(x) and of x / (1 + exp(-1.702 x)). */
    @ParameterizedTest
    @CsvSource({
        "GELU, 1, 0.8413447460685429", "GELU, -1, -0.15865525393145707", "GELU, 2, 1.9544997361036416",
        "QUICK_GELU, 1, 0.8457957659328212", "QUICK_GELU, -1, -0.15420423406717881", "QUICK_GELU, 0, 0"
    })
    void activationsHaveTheirClosedForms(ClipText.Activation activation, double x, double expected) {
        var input = new Npy("f8", new long[] {1}, new double[] {x});
        var values = FrozenValues.of(DataType.DOUBLE, Map.of(), input, (scope, given) -> activation.of(given));
        assertThat(values.get(FrozenValues.OUTPUT)[0]).isCloseTo(expected, within(1e-12));
    }

    @Test
    void aCaptionEndsAtTheFirstOfItsHighestTokens() {
        assertThat(ClipText.end(new long[] {49406, 320, 2368, 49407, 49407, 49407}))
                .isEqualTo(3);
        assertThat(ClipText.end(new long[] {49406, 49407, 0, 0})).isEqualTo(1);
    }

    @Test
    void sizesOfFluxAreThoseOfItsFiles() {
        var t5 = new T5Encoder(new T5Encoder.Config(32128, 4096, 24, 64, 64, 10240, 32, 128, 1e-6, 0));
        assertThat(count(t5.parameters())).as("T5 v1.1 XXL's encoder").isEqualTo(4_762_310_656L);
        var clip =
                new ClipText(new ClipText.Config(49408, 77, 768, 12, 12, 3072, ClipText.Activation.QUICK_GELU, 1e-5));
        assertThat(count(clip.parameters())).as("CLIP ViT-L/14's text model").isEqualTo(123_060_480L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gated-gelu | relu | \"gated-gelu\", the only supported value as feed_forward_proj",
                "\"num_heads\": 2 | \"num_heads\": \"2\" | an integer from 1 as num_heads, got \"2\"",
                "buckets\": 32 | buckets\": 3 | a multiple of 4 as number of relative positions",
            })
    void anUnfitConfigurationNamesItsKey(String part, String other, String message) throws IOException {
        var good = "{\"model_type\": \"t5\", \"vocab_size\": 8, \"d_model\": 12, \"num_layers\": 2, \"num_heads\": 2,"
                + " \"d_kv\": 4, \"d_ff\": 20, \"feed_forward_proj\": \"gated-gelu\","
                + " \"relative_attention_num_buckets\": 32, \"relative_attention_max_distance\": 128,"
                + " \"layer_norm_epsilon\": 1e-06, \"pad_token_id\": 0}";
        assertThat(config(good).headWidth()).isEqualTo(4);
        var text = good.replace(part, other);
        assertThatThrownBy(() -> config(text)).isInstanceOf(UserError.class).hasMessageContaining(message);
    }

    private static T5Encoder.Config config(String text) throws IOException {
        return T5Encoder.Config.of(new ConfigFile("config.json", Json.mapper().readTree(text)));
    }

    private static long count(java.util.List<Parameter> parameters) {
        return parameters.stream().mapToLong(Parameter::length).sum();
    }
}
