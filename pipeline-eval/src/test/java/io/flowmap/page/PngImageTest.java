package io.flowmap.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.data.LatentShape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngImageTest {
    private static final LatentShape COLOURED = new LatentShape(3, 1, 2);

    @Test
    void aGridHasEveryPixelInPlaceWithoutGaps() throws IOException {
        byte[] image = {10, 20, 30, 40, 50, 60};
        var png = PngImage.grid(Arrays.asList(List.of(image), Arrays.asList(null, image)), COLOURED, 1);
        assertThat(List.of(png.width(), png.height())).containsExactly(6, 4);
        var read = ImageIO.read(new ByteArrayInputStream(png.png()));
        assertThat(read.getRGB(0, 0) & 0xffffff).isEqualTo(10 << 16 | 30 << 8 | 50);
        assertThat(read.getRGB(5, 3) & 0xffffff).isEqualTo(20 << 16 | 40 << 8 | 60);
        assertThat(read.getRGB(2, 0) >>> 24).isZero();
        assertThat(read.getRGB(0, 3) >>> 24).isZero();
    }

    @Test
    void imagesOfAnotherShapeAreRefused() {
        assertThatThrownBy(() -> PngImage.grid(List.of(List.of(new byte[12])), COLOURED, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected pixels of LatentShape[channels=3, height=1, width=2], got 12");
    }
}
