package io.flowmap.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AxisTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "NaN, –",
        "1.25, 1.25",
        "277.046, 277",
        "10000, 10000",
        "12345.6, 12350",
        "0.001, 0.001",
        "0.0005, 5e-4",
        "-0.00001234, -1.23e-5",
        "123456, 1.23e5",
        "2e6, 2e6"
    })
    void marksAreShortWhateverTheirSize(double value, String text) {
        assertEquals(text, Axis.format(value));
    }
}
