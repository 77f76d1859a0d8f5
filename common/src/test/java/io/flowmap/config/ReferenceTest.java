package io.flowmap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceTest {
    private final Reference reference = Reference.read();

    @Test
    void everySettingHasItsDefaultAndItsComment() {
        var peak = reference.find("training.learning-rate.peak");
        assertThat(peak.value()).isEqualTo("5.0e-4");
        assertThat(peak.comment()).containsExactly(" Rate between warmup and decay, > 0.");
        assertThat(reference.find("training.average").value()).isEqualTo("gradients");
        assertThat(reference.find("run.dir").value()).isEqualTo("\"runs/default\"");
        assertThat(reference.find("network.edm2.channel-mult").value()).isEqualTo("[1, 2, 3]");
    }

    @Test
    void settingsAreInFileOrder() {
        assertThat(reference.find("training.adam").children())
                .extracting(Setting::key)
                .containsExactly("beta1", "beta2", "epsilon");
        assertThat(reference.find("example.line").children())
                .extracting(Setting::key)
                .containsExactly("mean", "deviation");
    }

    @Test
    void aCopyHoldsItsDifferencesAndTakesTheRestFromItsOriginal() {
        var copy = reference.find("example.copy");
        assertThat(copy.value()).isEqualTo("${example.captions}");
        assertThat(copy.comment()).containsExactly(" A copy.");
        assertThat(copy.children()).extracting(Setting::path).containsExactly("example.copy.max-tokens");
        assertThat(reference.find("example.copy.max-tokens").value()).isEqualTo("5");
        var inherited = reference.find("example.copy.tokenizer");
        assertThat(inherited.path()).isEqualTo("example.copy.tokenizer");
        assertThat(inherited.value()).isEqualTo("null");
    }

    @Test
    void allSettingsAsHoconAreTheReference() {
        var text = reference.sections().stream().map(Setting::hocon).collect(Collectors.joining("\n"));
        assertThat(ConfigFactory.parseString(text).resolve())
                .isEqualTo(Reference.parse().resolve());
        assertThat(text.lines().filter(line -> line.startsWith("#") || line.startsWith("  #")))
                .allMatch(line -> line.length() <= 100);
    }

    @Test
    void oneSectionAsHoconOverridesNothing() {
        for (var path : List.of("training.guard", "example", "run.seed", "example.copy")) {
            var pasted = ConfigFactory.parseString(reference.find(path).hocon());
            assertThat(pasted.withFallback(Reference.parse()).resolve())
                    .as(path)
                    .isEqualTo(Reference.parse().resolve());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.learning-rte | did you mean training.learning-rate?",
                "training.guard.windw | did you mean training.guard.window?",
                "rnu | did you mean run?",
                "beta1 | did you mean training.adam.beta1?",
                "training.peak | did you mean training.learning-rate.peak?",
                "mauve.purple.turquoise | run flowmap settings for the full list"
            })
    void anUnknownKeyNamesTheNearest(String key, String words) {
        assertThatThrownBy(() -> reference.find(key))
                .isInstanceOf(UserError.class)
                .hasMessage("unknown setting " + key + ": " + words);
    }

    @Test
    void commentsAreRewrappedAndTablesAreNot() {
        assertThat(Setting.wrapped(List.of(" One two", " three.", "   a  b", " Four."), 9))
                .containsExactly("One two", "three.", "  a  b", "Four.");
    }
}
