package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.data.LatentShape;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResizeTest {
    @ParameterizedTest
    @CsvSource({"PYTORCH, 0", "PYTORCH, 255", "TENSORFLOW1, 128", "PIL_BICUBIC, 77", "PIL_BICUBIC, 255"})
    void anEvenImageStaysEven(Resize resize, int level) {
        var image = new byte[3 * 17 * 40];
        Arrays.fill(image, (byte) level);
        var resized = new float[3 * 29 * 29];
        resize.apply(image, 0, new LatentShape(3, 17, 40), 29, resized, 0);
        for (float value : resized) {
            assertThat(value).isCloseTo(resize.normalised(level), within(1e-6f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void imagesOfTheNetworksSizeAreUnchangedAndGreyBecomesThreeColours(Resize resize) {
        var image = new byte[7 + 9 * 9];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (i * 37);
        }
        var resized = new float[2 + 3 * 9 * 9];
        resize.apply(image, 7, new LatentShape(1, 9, 9), 9, resized, 2);
        for (int i = 0; i < 3 * 9 * 9; i++) {
            assertThat(resized[2 + i]).isCloseTo(resize.normalised(image[7 + i % 81] & 0xff), within(1e-5f));
        }
    }

    /** An image whose level rises by 10 per pixel, at the points where the tools sample it. */
    @ParameterizedTest
    @CsvSource({"PYTORCH, 0.5", "TENSORFLOW1, 0"})
    void aRampIsSampledAtThePointsOfTheTool(Resize resize, double offset) {
        var image = new byte[3 * 4 * 20];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (i % 20 * 10);
        }
        var resized = new float[3 * 50 * 50];
        resize.apply(image, 0, new LatentShape(3, 4, 20), 50, resized, 0);
        for (int i = 0; i < 50; i++) {
            double at = Math.min(19, Math.max(0, (i + offset) * 20 / 50 - offset));
            assertThat(resized[i]).isCloseTo(resize.normalised((float) (10 * at)), within(1e-5f));
        }
    }
}
