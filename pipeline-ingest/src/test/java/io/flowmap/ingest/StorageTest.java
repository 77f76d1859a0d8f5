package io.flowmap.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.data.Edm2;
import io.flowmap.data.LatentShape;
import io.flowmap.data.PixelEncoder;
import io.flowmap.data.Standardised;
import io.flowmap.tensor.DType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StorageTest {
    static Stream<PixelEncoder> encoders() {
        return Stream.of(
                new Edm2(),
                new Standardised(List.of(33.3184), List.of(78.5675), 0.5),
                new Standardised(List.of(0.01, 250.0, 127.5), List.of(0.4, 3.0, 127.5), 0.5));
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void everyPixelValueComesBackFromStorage(PixelEncoder encoder) {
        int channels = encoder instanceof Standardised standardised
                ? standardised.mean().size()
                : 3;
        var shape = new LatentShape(channels, 16, 16);
        var dtype = Storage.AUTO.chosen(encoder, channels);
        byte[] pixels = new byte[shape.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        float[] latent = new float[shape.size()];
        encoder.encode(pixels, latent, shape);
        byte[] back = new byte[shape.size()];
        encoder.decode(dtype.decode(dtype.encode(latent)), back, shape);
        assertThat(back).isEqualTo(pixels);
        assertThat(dtype).isEqualTo(DType.FLOAT16);
    }

    @Test
    void float32IsTakenWhereFloat16LosesPixels() {
        var narrow = new Standardised(List.of(100.0), List.of(1e-4), 0.5);
        assertThat(Storage.AUTO.chosen(narrow, 1)).isEqualTo(DType.FLOAT32);
        assertThatThrownBy(() -> Storage.FLOAT16.chosen(narrow, 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("in float16");
    }
}
