package io.flowmap.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Settings;
import io.flowmap.job.UserError;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateConfigTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate.models=[]",
                "generate.models=[critic]",
                "generate.models=[teacher, teacher]",
                "generate.steps=[]",
                "generate.steps=[0]",
                "generate.steps=[2, 2]",
                "generate.guidance=[]",
                "generate.guidance=[1.5, 1.5]",
                "generate.gamma=1.5",
                "generate.samples=0",
                "generate.batch=0"
            })
    void badValueIsTheUsersMistake(String setting) {
        assertThatThrownBy(() -> config(setting))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("setting generate")
                .hasMessageContaining("expected");
    }

    @Test
    void samplesMakeWholeAndPartBatches() {
        assertThat(config("generate.samples=250").batches()).isEqualTo(3);
    }

    private static GenerateConfig config(String... settings) {
        return Settings.load(Optional.empty(), List.of(settings)).section("generate", GenerateConfig.class);
    }
}
