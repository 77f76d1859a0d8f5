package io.flowmap.nn.edm2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.nn.ConditionShape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNetConfigTest {
    @ParameterizedTest
    @CsvSource({
        "model-channels, 15, 1, 1, 16, 64, 0.5",
        "channel-mult, 16, 0, 1, 16, 64, 0.5",
        "channel-mult, 16, -2, 1, 16, 64, 0.5",
        "num-blocks, 16, 1, 0, 16, 64, 0.5",
        "channel-mult, 16, 1, 1, 17, 64, 0.5",
        "channels-per-head, 16, 1, 1, 16, 0, 0.5",
        "channels-per-head, 16, 1, 1, 16, 5, 0.5",
        "label-balance, 16, 1, 1, 16, 64, 1.5",
        "label-balance, 16, 1, 1, 16, 64, NaN"
    })
    void badValueIsNamed(String key, int channels, int mult, int blocks, int side, int perHead, double balance) {
        assertThatThrownBy(() -> config(channels, List.of(1, mult), blocks, side, perHead, balance))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected " + key + " to be");
    }

    @Test
    void attentionHeadsThatDivideTheChannelsAreAccepted() {
        assertThat(config(16, List.of(1, 2), 1, 16, 8, 0.5).channelsPerHead()).isEqualTo(8);
    }

    private static UNetConfig config(
            int channels, List<Integer> mult, int blocks, int side, int perHead, double balance) {
        var config = new UNetConfig(channels, mult, 0, 0, blocks, List.of(), perHead, balance, 0.5, 0.3, 0.3, 0);
        config.network(new long[] {1, side, side}, ConditionShape.classes(10), false);
        return config;
    }
}
