package io.flowmap.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.data.CodecFiles;
import io.flowmap.data.CodedLatents;
import io.flowmap.data.LatentShape;
import io.flowmap.testing.OnnxFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxCodecTest {
    private static final LatentShape IMAGE = new LatentShape(3, 6, 4);
    private static final int OUT = 4;

    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void encodesAsANaiveLoopDoes(boolean signed) {
        float[] weights = ramp(OUT * 12, 0.03f);
        float[] bias = {0.5f, -0.5f, 0, 1};
        var file = OnnxFiles.encoder(dir.resolve("encoder.onnx"), weights, bias);
        var pixels = pixels(2 * IMAGE.size());
        try (var codec = open(file, null, signed)) {
            assertThat(codec.latent(IMAGE)).isEqualTo(new LatentShape(OUT, 3, 2));
            var latents = codec.encode(pixels, 2, IMAGE);
            for (int i = 0; i < latents.length; i++) {
                assertThat(latents[i]).isCloseTo(naive(pixels, i, weights, bias, signed), within(1e-5f));
            }
        }
    }

    @Test
    void standardisedLatentsDecodeToTheImagesOfTheDecoder() {
        var weights = new float[3 * 12];
        for (int channel = 0; channel < 3; channel++) {
            Arrays.fill(weights, channel * 16, channel * 16 + 4, 1);
        }
        var file = OnnxFiles.decoder(dir.resolve("decoder.onnx"), weights, new float[3]);
        var files = new CodecFiles(CodecFiles.Kind.ONNX, null, file.toString(), false);
        var coded = new CodedLatents(List.of(0.5, 0.25, 0.1), List.of(2.0, 3.0, 0.5), 0.5, files, 2);
        var latent = new LatentShape(3, 2, 2);
        float[] raw = {0, 0.2f, 0.4f, 0.6f, 1, 0.8f, 0.6f, 0.4f, 2, -1, 0.5f, 0.1f};
        var standardised = new float[12];
        coded.standardise(raw, null, standardised);
        assertThat(standardised[4]).isCloseTo((1 - 0.25f) / 3 * 0.5f, within(1e-6f));
        try (var decoder = PixelDecoder.open(new Configuration(), coded, latent)) {
            assertThat(decoder.image()).isEqualTo(new LatentShape(3, 4, 4));
            var image = decoder.decode(standardised, 1);
            for (int c = 0; c < 3; c++) {
                for (int at = 0; at < 16; at++) {
                    float value = raw[c * 4 + at / 8 * 2 + at % 4 / 2];
                    int expected = Math.round(Math.max(0, Math.min(1, value)) * 255);
                    assertThat(image[c * 16 + at] & 0xff).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void missingOrUnfitFilesAreUserErrors() throws IOException {
        var text = Files.writeString(dir.resolve("text.onnx"), "no network");
        assertThatThrownBy(() -> open(text, null, false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("text.onnx: expected an ONNX file");
        try (var codec = open(null, null, false)) {
            assertThatThrownBy(() -> codec.encode(pixels(IMAGE.size()), 1, IMAGE))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("ingest.codec.encoder");
        }
        var coded = new CodedLatents(List.of(0.0), List.of(1.0), 0.5, null, 1);
        assertThatThrownBy(() -> PixelDecoder.open(new Configuration(), coded, new LatentShape(1, 2, 2)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("ingest.codec.decoder");
    }

    private static LatentCodec open(Path encoder, Path decoder, boolean signed) {
        return CodecSource.open(
                new Configuration(),
                new CodecFiles(
                        CodecFiles.Kind.ONNX,
                        encoder == null ? null : encoder.toString(),
                        decoder == null ? null : decoder.toString(),
                        signed));
    }

    private static float naive(byte[] pixels, int at, float[] weights, float[] bias, boolean signed) {
        int x = at % 2;
        int y = at / 2 % 3;
        int out = at / 6 % OUT;
        int image = at / (6 * OUT);
        float sum = bias[out];
        for (int tap = 0; tap < 12; tap++) {
            int channel = tap / 4;
            int row = 2 * y + tap / 2 % 2;
            int column = 2 * x + tap % 2;
            float unit = (pixels[image * 72 + channel * 24 + row * 4 + column] & 0xff) / 255f;
            sum += weights[out * 12 + tap] * (signed ? 2 * unit - 1 : unit);
        }
        return sum;
    }

    private static float[] ramp(int length, float step) {
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (i % 17 - 8) * step;
        }
        return values;
    }

    private static byte[] pixels(int length) {
        var pixels = new byte[length];
        for (int i = 0; i < length; i++) {
            pixels[i] = (byte) (37 * i);
        }
        return pixels;
    }
}
