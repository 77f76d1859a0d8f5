package io.flowmap.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.LatentShape;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import io.flowmap.testing.TestData;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TAEF2 with its published weights on photos, compared with the original implementation in float32. */
@Tag("reference")
class Taef2ReferenceTest {
    private static final Logger LOG = LoggerFactory.getLogger(Taef2ReferenceTest.class);
    private static final double TOLERANCE = 1e-4;
    private static final double LEAST_PSNR = 20;

    @Test
    void latentsAndImagesMatchTheOriginal() {
        int cases = 0;
        try (var codec = codec()) {
            for (var folder : Reference.folders(folder -> Files.exists(folder.resolve("taef2.npz")))) {
                cases += check(codec, Reference.arrays(folder, "taef2"));
            }
        }
        LOG.info("taef2: {} images", cases);
        assertThat(cases).isPositive();
    }

    private static int check(LatentCodec codec, Map<String, Npy> arrays) {
        var images = arrays.get("images_uint8_nhwc");
        int count = (int) images.shape()[0];
        var shape = new LatentShape(3, (int) images.shape()[1], (int) images.shape()[2]);
        var pixels = planes(images, shape);
        var latents = codec.encode(pixels, count, shape);
        assertThat(difference(latents, arrays.get("latents_f32"))).as("latents").isLessThan(TOLERANCE);
        var given = arrays.get("latents_f32").floats();
        var decoded = codec.decode(given, count, codec.latent(shape));
        assertThat(difference(decoded, arrays.get("decoded_f32_nchw")))
                .as("images")
                .isLessThan(TOLERANCE);
        double psnr = psnr(pixels, LatentCodec.pixels(decoded));
        LOG.info("taef2: psnr={} dB of {} images", psnr, count);
        assertThat(psnr).isGreaterThan(LEAST_PSNR);
        return count;
    }

    private static Taef2 codec() {
        return Taef2.open(new Configuration(), file("taef2_encoder.pth"), file("taef2_decoder.pth"));
    }

    private static Path file(String name) {
        return new Path(TestData.require("models", name).toUri());
    }

    private static double psnr(byte[] a, byte[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += Math.pow((a[i] & 0xff) - (b[i] & 0xff), 2);
        }
        return 10 * Math.log10(255 * 255 / (squares / a.length));
    }

    private static byte[] planes(Npy nhwc, LatentShape shape) {
        int plane = shape.height() * shape.width();
        var pixels = new byte[nhwc.values().length];
        for (int i = 0; i < pixels.length; i++) {
            int image = i / shape.size();
            int channel = i / plane % shape.channels();
            pixels[i] = (byte) nhwc.values()[(image * plane + i % plane) * shape.channels() + channel];
        }
        return pixels;
    }

    private static double difference(float[] actual, Npy expected) {
        var values = new double[actual.length];
        Arrays.setAll(values, i -> actual[i]);
        return Reference.relativeToMaximum(values, expected.values());
    }
}
