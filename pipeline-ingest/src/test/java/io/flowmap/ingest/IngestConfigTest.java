package io.flowmap.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.config.Settings;
import io.flowmap.data.LatentShape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestConfigTest {
    @ParameterizedTest
    @CsvSource({
        "0, 1, 28, 4096",
        "0, 4, 64, 4096",
        "0, 3, 256, 341",
        "0, 3, 8192, 1",
        "7, 3, 8192, 7",
        "9000, 1, 28, 9000"
    })
    void blocksFitTheirLatents(int configured, int channels, int side, int records) {
        var settings = Settings.load(
                        Optional.empty(), List.of("ingest.train=here", "ingest.block-records=" + configured))
                .section("ingest", IngestConfig.class);
        assertThat(settings.recordsOfBlock(new LatentShape(channels, side, side), 0))
                .isEqualTo(records);
    }
}
