package io.flowmap.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opentest4j.TestAbortedException;

class ReferenceTest {
    private static final String DEFAULTS =
            "{\"architecture\": \"resnet\", \"fp16\": 0, \"inner/filter\": [1, 3], \"clamp\": null}";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | true",
                "{\"side\": 8} | true",
                "{\"side\": 8, \"architecture\": \"resnet\"} | true",
                "{\"architecture\": \"skip\"} | false",
                "{\"fp16\": 0.0} | true",
                "{\"fp16\": 4} | false",
                "{\"inner\": {}} | true",
                "{\"inner\": {\"filter\": [1, 3], \"side\": 2}} | true",
                "{\"inner\": {\"filter\": [1, 3, 3]}} | false",
                "{\"inner\": {\"unknown\": 1}} | false",
                "{\"clamp\": null} | true",
                "{\"clamp\": 0} | false",
                "{\"unknown\": null} | false"
            })
    void argumentsOtherThanThoseReadMustHaveTheirDefaults(String arguments, boolean understood) throws IOException {
        var given = new ObjectMapper().readTree(arguments);
        assertThat(Reference.understands(folder, given, Set.of("side", "inner/side"), DEFAULTS))
                .isEqualTo(understood);
    }

    @Test
    void aTestIsSkippedWhereItUnderstandsNoFolder() {
        assertThatThrownBy(() -> Reference.folders(folder, any -> true)).isInstanceOf(TestAbortedException.class);
        assertThatThrownBy(() -> Reference.folders(folder.getParent(), any -> false))
                .isInstanceOf(TestAbortedException.class);
        assertThat(Reference.folders(folder.getParent(), folder::equals)).containsExactly(folder);
    }
}
