package io.flowmap.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
    @Test
    void everyTypeComesBack() throws IOException {
        var tensors = new LinkedHashMap<String, TensorData>();
        tensors.put("float32", TensorData.of(new float[] {9, 1.5f, -2, Float.NaN, 4, 5, 6}, 1, 2, 3));
        tensors.put("float64", TensorData.of(new double[] {Math.PI}));
        tensors.put("int64", TensorData.of(new long[] {1L << 40, -1}, 2));
        tensors.put("uint8", new TensorData(TensorData.Type.UINT8, new long[] {3}, new byte[] {1, (byte) 200, 3}));
        tensors.put("float16", new TensorData(TensorData.Type.FLOAT16, new long[] {1}, new byte[] {0, 0x3c}));
        tensors.put("empty", TensorData.of(new float[0], 0, 4, 0));
        var content = read(write(tensors, Map.of("format", "pt")));
        assertThat(content.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(content.tensors().keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
        tensors.forEach((name, tensor) -> assertThat(content.tensors().get(name))
                .usingRecursiveComparison()
                .isEqualTo(tensor));
        assertThat(content.tensors().get("float32").floats()).containsExactly(1.5f, -2, Float.NaN, 4, 5, 6);
        assertThat(content.tensors().get("int64").doubles()).containsExactly(0x1p40, -1);
        assertThat(content.tensors().get("uint8").floats()).containsExactly(1, 200, 3);
        assertThat(content.tensors().get("float16").floats()).containsExactly(1);
    }

    @Test
    void layoutMatchesTheFormat() throws IOException {
        var bytes = write(Map.of("a", TensorData.of(new float[] {1, 2}, 0, 2)), Map.of());
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(header % 8).isZero();
        assertThat(new String(bytes, 8, (int) header, StandardCharsets.UTF_8).strip())
                .isEqualTo("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}");
        assertThat(bytes).hasSize(8 + (int) header + 8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | expected 8 bytes for array a",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | expected array a to begin at byte 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | expected 4 bytes of arrays, got 8",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}} | expected 12 bytes of arrays, got 8",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}} | expected array b to begin at byte 8",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | Duplicate field",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}} | expected an array of less than 2^63 bytes, got FLOAT32 of shape [4611686018427387904, 4]",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | dimensions >= 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | got offsets",
                "{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,8]}} | got F4",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}} | data_offsets",
                "{\"a\":5} | expected dtype, shape and data_offsets",
                "{\"a\":null} | expected dtype, shape and data_offsets of array a",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":null,\"data_offsets\":[0,8]}} | expected dtype, shape and data_offsets of array a",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":null}} | expected dtype, shape and data_offsets of array a",
                "{\"__metadata__\":5, \"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | expected a map as metadata",
                "[] | JSON object",
                "{\"a\" | JSON header",
                "{\"__metadata__\":{\"a\":1}, \"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | expected text as metadata"
            })
    void unsoundHeadersAreRefused(String header, String words) {
        assertThatThrownBy(() -> read(file(header, 8)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(words);
    }

    @Test
    void invalidLengthsAreRefusedBeforeAllocation() {
        var huge = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Long.MAX_VALUE)
                .array();
        assertThatThrownBy(() -> read(huge)).isInstanceOf(UserError.class).hasMessageContaining("header");
        var negative = ByteBuffer.allocate(16).putLong(-1).array();
        assertThatThrownBy(() -> read(negative)).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> read(new byte[3])).isInstanceOf(UserError.class);
        var sound = file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
        assertThatThrownBy(() ->
                        SafeTensors.read(new ByteArrayInputStream(sound, 0, sound.length - 2), sound.length, "cut"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cut");
    }

    private static byte[] file(String header, int data) {
        var text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    private static byte[] write(Map<String, TensorData> tensors, Map<String, String> metadata) throws IOException {
        var out = new ByteArrayOutputStream();
        SafeTensors.write(out, tensors, metadata);
        return out.toByteArray();
    }

    private static SafeTensors.Content read(byte[] bytes) throws IOException {
        return SafeTensors.read(new ByteArrayInputStream(bytes), bytes.length, "test");
    }
}
