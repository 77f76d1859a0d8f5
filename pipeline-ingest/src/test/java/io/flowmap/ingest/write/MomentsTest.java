package io.flowmap.ingest.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MomentsTest {
    private static final LatentShape SHAPE = new LatentShape(2, 3, 5);

    @Test
    void momentsMatchAPlainLoopInAnyOrder() {
        var random = new Random(1);
        var images = new byte[40][SHAPE.size()];
        for (var image : images) {
            random.nextBytes(image);
        }
        var forward = Moments.none(2);
        var backward = Moments.none(2);
        for (int i = 0; i < images.length; i++) {
            forward = forward.add(images[i]);
            backward = Moments.none(2).add(images[i]).merge(backward);
        }
        var encoder = forward.encoder(0.5);
        assertThat(backward.encoder(0.5)).isEqualTo(encoder);
        for (int c = 0; c < 2; c++) {
            double mean = mean(images, c, 0, 1);
            assertThat(encoder.mean().get(c)).isCloseTo(mean, within(1e-12));
            assertThat(encoder.deviation().get(c)).isCloseTo(Math.sqrt(mean(images, c, mean, 2)), within(1e-12));
        }
    }

    @Test
    void aConstantChannelIsAUserError() {
        var moments = Moments.none(2).add(new byte[SHAPE.size()]);
        assertThatThrownBy(() -> moments.encoder(0.5))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("channel 0");
    }

    private static double mean(byte[][] images, int channel, double centre, int power) {
        double sum = 0;
        for (var image : images) {
            for (int i = 15 * channel; i < 15 * channel + 15; i++) {
                sum += Math.pow((image[i] & 0xff) - centre, power);
            }
        }
        return sum / (15 * images.length);
    }
}
