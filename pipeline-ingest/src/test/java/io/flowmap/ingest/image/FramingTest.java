package io.flowmap.ingest.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected numbers are from Pillow 12.3.0 on the same patterns (CRC-32 over the RGB planes). */
class FramingTest {
    @Test
    void lanczosEqualsPillowPixelByPixel() {
        var small = Resampling.LANCZOS.resize(Patterns.image(1, 11, 9), 4, 5);
        int[] pillow = {11, 73, 165, 126, 137, 41, 130, 121, 117, 108, 82, 155, 108, 106, 167, 126, 156, 120, 154, 122};
        assertThat(small.height()).isEqualTo(4);
        for (int i = 0; i < pillow.length; i++) {
            assertThat(small.words()[i] >>> 24).as("pixel %d", i).isEqualTo(pillow[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LANCZOS, 11, 9, 5, 4, 3065926749",
        "LANCZOS, 11, 9, 16, 16, 3852597291",
        "LANCZOS, 64, 48, 32, 32, 3680839934",
        "LANCZOS, 28, 28, 32, 32, 1356496240",
        "LANCZOS, 37, 53, 7, 53, 3460521245",
        "LANCZOS, 300, 200, 64, 64, 2876625367",
        "LANCZOS, 5, 7, 1, 1, 4244347103",
        "BICUBIC, 11, 9, 5, 4, 316662023",
        "BICUBIC, 11, 9, 16, 16, 2161431690",
        "BICUBIC, 64, 48, 32, 32, 1325051948",
        "BICUBIC, 37, 53, 7, 53, 1898003289",
        "BICUBIC, 300, 200, 64, 64, 2447441295",
        "BOX, 11, 9, 5, 4, 1057698154",
        "BOX, 11, 9, 16, 16, 813656391",
        "BOX, 64, 48, 32, 32, 1506009882",
        "BOX, 37, 53, 7, 53, 2919276314",
        "BOX, 300, 200, 64, 64, 1038253829"
    })
    void resizeEqualsPillow(Resampling filter, int width, int height, int toWidth, int toHeight, long pillow) {
        var resized = filter.resize(Patterns.image(3, width, height), toHeight, toWidth);
        assertThat(Patterns.checksum(resized)).isEqualTo(pillow);
    }

    @ParameterizedTest
    @CsvSource({
        "CENTER_CROP, 11, 9, 9, 3226755435",
        "CENTER_CROP, 57, 33, 16, 552725025",
        "CENTER_CROP, 31, 90, 32, 3530545773",
        "CENTER_CROP, 301, 200, 64, 2271698957",
        "CENTER_CROP, 20, 20, 32, 1751070673",
        "CENTER_CROP_DHARIWAL, 11, 9, 9, 3226755435",
        "CENTER_CROP_DHARIWAL, 57, 33, 16, 3430601240",
        "CENTER_CROP_DHARIWAL, 31, 90, 32, 2793366856",
        "CENTER_CROP_DHARIWAL, 301, 200, 64, 2655597570",
        "CENTER_CROP_DHARIWAL, 20, 20, 32, 4266659198"
    })
    void framingEqualsDatasetTool(Framing framing, int width, int height, int resolution, long pillow) {
        assertThat(Patterns.checksum(framing.apply(Patterns.image(3, width, height), resolution)))
                .isEqualTo(pillow);
    }

    @Test
    void equalSizeIsLeftAlone() {
        var image = Patterns.image(3, 28, 28);
        assertThat(Framing.CENTER_CROP.apply(image, 28)).isSameAs(image);
    }

    @Test
    void lumaEqualsPillow() {
        assertThat(Patterns.checksum(Patterns.image(3, 57, 33).gray())).isEqualTo(1356179316L);
    }

    @Test
    void grayRepeatedIsItsOwnLuma() {
        var gray = Patterns.image(1, 16, 16);
        assertThat(gray.rgb().gray().planes()).isEqualTo(gray.planes());
    }
}
