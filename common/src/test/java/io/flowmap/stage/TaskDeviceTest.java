package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskDeviceTest {
    @Test
    void takesTheFirstAddressOfTheTask() {
        assertThat(TaskDevice.number(gpu("3", "1"), 4)).hasValue(3);
        assertThat(TaskDevice.number(gpu("0"), 2)).hasValue(0);
    }

    @Test
    void keepsTheDeviceIfThereIsNoChoice() {
        assertThat(TaskDevice.number(Map.of(), 4)).isEmpty();
        assertThat(TaskDevice.number(gpu("0"), 1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "-1", "", "MIG-5c89852c", "99999999999"})
    void refusesAnAddressThatIsNotADevice(String address) {
        assertThatThrownBy(() -> TaskDevice.number(gpu(address), 4))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("GPU " + address + ": expected a number below 4");
    }

    private static Map<String, ResourceInformation> gpu(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }
}
