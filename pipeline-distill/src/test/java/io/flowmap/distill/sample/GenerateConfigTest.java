package io.flowmap.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.Settings;
import io.flowmap.config.UserError;
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
                "generate.gamma=[1.5]",
                "generate.gamma=[]",
                "generate.gamma=[0.5, 0.5]",
                "generate.gamma=0.5",
                "generate.samples=0",
                "generate.batch=0",
                "generate.prompts.first=1",
                "generate.prompts.count=-1",
                "generate.page.prompts=0"
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

    @Test
    void gammaIsSharedOrGivenForEachNumberOfSteps() {
        var one = config("generate.steps=[1, 2, 4]", "generate.gamma=[0.3]");
        assertThat(one.steps()).extracting(one::gammaAt).containsExactly(0.3, 0.3, 0.3);
        var each = config("generate.steps=[4, 1, 2]", "generate.gamma=[0.8, 1.0, 0]");
        assertThat(each.steps()).extracting(each::gammaAt).containsExactly(0.8, 1.0, 0.0);
    }

    private static GenerateConfig config(String... settings) {
        return Settings.load(Optional.empty(), List.of(settings)).section("generate", GenerateConfig.class);
    }
}
