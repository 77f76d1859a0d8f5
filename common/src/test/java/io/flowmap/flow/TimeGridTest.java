package io.flowmap.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TimeGridTest {
    @Test
    void fourStepsOfFluxAtFourThousandTokens() {
        var grid = TimeShift.FLUX.grid(4, 16, 128, 128);
        assertThat(grid.times()).containsExactly(new double[] {1, 0.9045, 0.7595, 0.5128, 0}, within(5e-5));
    }

    @Test
    void withoutAShiftTimesAreEquallySpaced() {
        assertThat(TimeGrid.uniform(4).times()).containsExactly(1, 0.75, 0.5, 0.25, 0);
        assertThat(TimeShift.NONE.grid(2, 7).times()).containsExactly(1, 0.5, 0);
        assertThat(TimeGrid.shifted(3, 1e-9).times())
                .containsExactly(TimeGrid.uniform(3).times(), within(1e-9));
    }

    @Test
    void timesThatDoNotFallFromOneToZeroAreRefused() {
        for (double[] times : new double[][] {{}, {1}, {1, 0.5}, {0.9, 0}, {1, 0.5, 0.5, 0}, {1, Double.NaN, 0}}) {
            assertThatThrownBy(() -> new TimeGrid(times)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> TimeShift.FLUX.grid(4, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("latents");
        assertThatThrownBy(() -> new TimeShift(TimeShift.By.TOKENS, 0.5, 1.15, 256, 256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("max-tokens");
    }
}
