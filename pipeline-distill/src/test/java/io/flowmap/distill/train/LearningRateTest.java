package io.flowmap.distill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.distill.train.step.LearningRateConfig;
import io.flowmap.distill.train.step.LearningRateConfig.Decay;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateTest {
    @ParameterizedTest
    @CsvSource({
        "LINEAR,0,0.01",
        "LINEAR,49,0.5",
        "LINEAR,99,1",
        "LINEAR,600,1",
        "LINEAR,800,0.5",
        "LINEAR,999,0.0025",
        "INVERSE_SQRT,600,1",
        "INVERSE_SQRT,900,0.816496580927726",
        "CONSTANT,999,1"
    })
    void rateFollowsTheSchedule(Decay decay, long step, double share) {
        var schedule = new LearningRateConfig(2e-3, 100, decay, 0.4);
        assertThat(schedule.at(step, 1000)).isCloseTo(2e-3 * share, within(1e-15));
    }
}
