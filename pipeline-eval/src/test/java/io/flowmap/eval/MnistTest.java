package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.eval.feature.LeNet;
import io.flowmap.eval.feature.LeNetTraining;
import io.flowmap.stage.Progress;
import io.flowmap.testing.TestData;
import java.io.IOException;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** The classifier on real digits. */
class MnistTest {
    private static final int TRAIN = 2000;
    private static final int TEST = 1000;

    @Test
    void leNetLearnsRealDigitsFromTwoThousand() throws IOException {
        var images = TestImages.zip(TestData.require("mnist", "mnist-train.zip"), TRAIN + TEST);
        var training = new LeNetTraining(120, 64, 2e-3);
        var weights = training.train(images.source(0, TRAIN), 1, Progress.log(Clock.systemUTC()));
        var test = images.source(TRAIN, TRAIN + TEST).block(0);
        try (var network = new LeNet(weights)) {
            var features = network.apply(test.pixels(), TEST);
            int right = 0;
            for (int i = 0; i < TEST; i++) {
                right += features.predicted(i) == test.labels()[i] ? 1 : 0;
            }
            assertThat(right / (double) TEST).isGreaterThan(0.93);
        }
    }
}
