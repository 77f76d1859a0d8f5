package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Moments;
import io.flowmap.scene.SceneDrawing;
import io.flowmap.scene.SceneDrawing.Mix;
import io.flowmap.scene.SceneLaw;
import io.flowmap.tensor.CounterRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockMeansTest {
    @Test
    void featuresAreMeansOfBlocks() {
        var shape = new LatentShape(3, 24, 16);
        var random = new CounterRandom(2);
        var images = new byte[2 * shape.size()];
        for (int i = 0; i < images.length; i++) {
            images[i] = (byte) random.below(256, i);
        }
        var model = new BlockMeans(shape);
        var features = model.open().apply(images, 2);
        assertThat(model.dimension()).isEqualTo(192);
        for (int image = 0; image < 2; image++) {
            for (int channel = 0; channel < 3; channel++) {
                double sum = 0;
                for (int row = 6; row < 9; row++) {
                    for (int column = 10; column < 12; column++) {
                        int at = image * shape.size() + channel * 24 * 16 + row * 16 + column;
                        sum += (images[at] & 0xff) / 127.5 - 1;
                    }
                }
                int feature = image * 192 + channel * 64 + 2 * 8 + 5;
                assertThat(features.features()[feature]).isCloseTo((float) (sum / 6), within(1e-5f));
            }
        }
        assertThatThrownBy(() -> new BlockMeans(new LatentShape(1, 7, 8))).isInstanceOf(UserError.class);
    }

    /** NumPy has 0.84 +- 0.39 on its own scenes of the hard law, 500 against 5,000. */
    @Test
    void distanceOfRealScenesIsThatOfNumpy() {
        var reference = moments(1, 5000);
        double mean = 0;
        for (int set = 0; set < 4; set++) {
            mean += FrechetDistance.between(reference, moments(2 + set, 500), FrechetDistance.SAMPLE) / 4;
        }
        assertThat(mean).isBetween(0.4, 1.4);
    }

    private static Moments moments(long split, int count) {
        var drawing = new SceneDrawing(SceneLaw.HARD, Mix.EVALUATION, 4, split);
        var shape = new LatentShape(3, 32, 32);
        var images = new byte[count * shape.size()];
        for (int i = 0; i < count; i++) {
            System.arraycopy(drawing.scene(i).planes(), 0, images, i * shape.size(), shape.size());
        }
        var features = new BlockMeans(shape).open().apply(images, count).features();
        return Moments.of(192, List.of(new FeatureBlock(0, 192, features)).iterator());
    }
}
