package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DistillConfigTest {
    @Test
    void warmupOfMoreThanAQuarterIsTheUsersMistake() {
        assertThatThrownBy(() -> config("distill.training.steps=400", "distill.objective.warmup-steps=101"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("objective.warmup-steps of at most a quarter of training.steps = 400")
                .hasMessageContaining("got 101");
        assertThat(config("distill.training.steps=400", "distill.objective.warmup-steps=100"))
                .isNotNull();
    }

    @Test
    void objectivesWithoutWarmupAcceptAnyWarmupSteps() {
        assertThat(config("distill.training.steps=4", "distill.objective.type=ayf-lmd"))
                .isNotNull();
    }

    private static DistillConfig config(String... settings) {
        return Settings.load(Optional.empty(), List.of(settings)).section("distill", DistillConfig.class);
    }
}
