package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InceptionWeightsTest {
    @Test
    void anotherNetworkIsTheUsersMistake() {
        assertMistake(Map.of(), "[32, 3, 3, 3], got none");
        assertMistake(
                Map.of("Conv2d_1a_3x3.conv.weight", TensorData.of(new double[32 * 27], 32, 27)),
                "[32, 3, 3, 3], got [32, 27]");
    }

    @Test
    void imagesOfOtherChannelsAreRefused() {
        assertThatThrownBy(() ->
                        new InceptionModel(null, Resize.PYTORCH, InceptionModel.FEATURES, new LatentShape(4, 8, 8)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("expected images of 1 or 3 channels");
    }

    private static void assertMistake(Map<String, TensorData> arrays, String end) {
        assertThatThrownBy(
                        () -> InceptionWeights.read(new StateDict("pytorch-fid's InceptionV3", "net.pth", arrays), ""))
                .isInstanceOf(UserError.class)
                .hasMessage("cannot read pytorch-fid's InceptionV3 from net.pth: expected an array"
                        + " Conv2d_1a_3x3.conv.weight of shape " + end);
    }
}
