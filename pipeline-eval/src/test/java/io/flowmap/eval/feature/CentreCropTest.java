package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.LatentShape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected pixels are from Pillow 12.3, {@code Image.resize(size, Image.BICUBIC)} of 8-bit images, and a slice. */
class CentreCropTest {
    private static final List<Double> NONE = List.of(0.0, 0.0, 0.0);
    private static final List<Double> WHOLE = List.of(1 / 255.0, 1 / 255.0, 1 / 255.0);

    @Test
    void smallerAndLargerImagesHaveThePixelsOfPillow() {
        requireGrey(5, 7, 4, 27, 163, 72, 149, 82, 169, 132, 104, 145, 149, 168, 142, 118, 127, 133, 165);
        requireGrey(
                7, 5, 6, 70, 104, 156, 214, 191, 36, 170, 228, 142, 98, 148, 143, 83, 142, 133, 152, 178, 107, 36, 115,
                120, 147, 184, 121, 145, 164, 91, 84, 163, 184, 185, 74, 87, 186, 217, 105);
    }

    @Test
    void anImageOfTheNetworksSizeIsCutAndScaledAlone() {
        var shape = new LatentShape(3, 2, 4);
        var image = new byte[shape.size()];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (10 * i);
        }
        var crop = new CentreCrop(shape, 2, List.of(0.5, 0.25, 0.0), List.of(0.5, 1.0, 2.0));
        assertThat(crop.of(image))
                .containsExactly(
                        scaled(10, 0.5, 0.5),
                        scaled(20, 0.5, 0.5),
                        scaled(50, 0.5, 0.5),
                        scaled(60, 0.5, 0.5),
                        scaled(90, 0.25, 1),
                        scaled(100, 0.25, 1),
                        scaled(130, 0.25, 1),
                        scaled(140, 0.25, 1),
                        scaled(170, 0, 2),
                        scaled(180, 0, 2),
                        scaled(210, 0, 2),
                        scaled(220, 0, 2));
    }

    private static float scaled(int pixel, double mean, double deviation) {
        return (float) ((pixel / 255f - mean) / deviation);
    }

    private static void requireGrey(int height, int width, int side, int... expected) {
        var image = new byte[height * width];
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                int row = Math.min(height, width) == height ? i : j;
                int column = Math.min(height, width) == height ? j : i;
                image[i * width + j] = (byte) (row * 37 + column * 91 + i * j * 13);
            }
        }
        var pixels = new CentreCrop(new LatentShape(1, height, width), side, NONE, WHOLE).of(image);
        for (int colour = 0; colour < 3; colour++) {
            for (int i = 0; i < side * side; i++) {
                assertThat(Math.round(pixels[colour * side * side + i])).isEqualTo(expected[i]);
            }
        }
    }
}
