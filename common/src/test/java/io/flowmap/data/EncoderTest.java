package io.flowmap.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncoderTest {
    private static final LatentShape SHAPE = new LatentShape(2, 8, 16);

    static Stream<PixelEncoder> encoders() {
        return Stream.of(
                new Edm2(),
                new Standardised(List.of(33.3, 180.0), List.of(78.6, 0.4), 0.5),
                new Standardised(List.of(0.0, 255.0), List.of(1.0, 300.0), 1));
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void everyPixelComesBack(PixelEncoder encoder) {
        var pixels = new byte[SHAPE.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        var latent = new float[pixels.length];
        var decoded = new byte[pixels.length];
        encoder.encode(pixels, latent, SHAPE);
        encoder.decode(latent, decoded, SHAPE);
        assertThat(decoded).isEqualTo(pixels);
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void jsonComesBack(PixelEncoder encoder) {
        assertThat(Encoder.fromJson(encoder.toJson())).isEqualTo(encoder);
    }

    @Test
    void edm2MapsToMinusOneAndOne() {
        var latent = new float[3];
        new Edm2().encode(new byte[] {0, (byte) 255, 51}, latent, new LatentShape(1, 1, 3));
        assertThat(latent).containsExactly(-1, 1, -0.6f);
    }

    @Test
    void decodingRoundsHalfToEvenAndClips() {
        var pixels = new byte[5];
        float[] latent = {-7, 7, Float.NaN, (2.5f - 127.5f) / 127.5f, 0};
        new Edm2().decode(latent, pixels, new LatentShape(1, 1, 5));
        assertThat(pixels).containsExactly(0, 255, 0, 2, 128);
    }

    @Test
    void standardisingUsesEachChannelsMoments() {
        var latent = new float[2];
        new Standardised(List.of(10.0, 20.0), List.of(2.0, 4.0), 0.5)
                .encode(new byte[] {14, 16}, latent, new LatentShape(2, 1, 1));
        assertThat(latent).containsExactly(1, -0.5f);
    }

    @Test
    void wrongMomentsAndFormsAreRefused() {
        assertThatThrownBy(() -> new Standardised(List.of(1.0), List.of(0.0), 0.5))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Standardised(List.of(1.0), List.of(1.0), 0.5)
                        .encode(new byte[2], new float[2], new LatentShape(2, 1, 1)))
                .hasMessageContaining("1 channels");
        assertThatThrownBy(() ->
                        Encoder.fromJson(JsonNodeFactory.instance.objectNode().put("kind", "vae")))
                .hasMessageContaining("vae");
    }
}
