package io.flowmap.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.data.LatentData;
import io.flowmap.eval.LocalSpark;
import io.flowmap.eval.TestImages;
import io.flowmap.eval.TestRun;
import io.flowmap.eval.set.ImageSources;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeighbourSectionTest {
    private static final int SIDE = 16;
    private static final int GAP = 2;

    @TempDir
    Path dir;

    @Test
    void aCopiedSampleIsShownAboveItsOriginal() throws IOException {
        var images = TestImages.stripes(60);
        try (var spark = LocalSpark.start(2)) {
            var run = new TestRun(spark, dir, images).data(40, 20);
            var train = LatentData.open(run.context().hadoop(), run.context().stage("data"), ImageSources.TRAIN);
            var html = NeighbourSection.html(spark, train, List.of(images.pixels(7), images.pixels(39)));
            var picture = picture(html);
            int scale = Math.round(480f / (2 * SIDE));
            int below = SIDE * scale + GAP;
            for (int x = 0; x < picture.getWidth(); x++) {
                for (int y = 0; y < SIDE * scale; y++) {
                    assertThat(picture.getRGB(x, y)).isEqualTo(picture.getRGB(x, y + below));
                }
            }
            assertThat(picture.getHeight()).isEqualTo(4 * below - GAP);
        }
    }

    private static BufferedImage picture(String html) throws IOException {
        var data = html.substring(html.indexOf("base64,") + 7);
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(data.substring(0, data.indexOf('"')))));
    }
}
