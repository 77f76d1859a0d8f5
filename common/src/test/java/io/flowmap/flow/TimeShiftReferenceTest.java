package io.flowmap.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowmap.testing.Reference;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Time grids, compared with FLUX's schedules in the folder flux/schedule. */
@Tag("reference")
class TimeShiftReferenceTest {
    private static final double F64 = 1e-14;
    private static final double STORED_F32 = 1e-7;

    private final JsonNode goldens = Reference.json(Reference.require("flux", "schedule"), "schedule");

    @Test
    void shiftedGridsMatchForEachResolution() {
        int grids = 0;
        for (JsonNode resolution : goldens.get("resolutions")) {
            int tokens = resolution.get("image_seq_len").asInt();
            assertThat(TimeShift.FLUX.mu(tokens)).isCloseTo(resolution.get("mu").asDouble(), within(F64));
            long[] latent = StreamSupport.stream(resolution.get("latent").spliterator(), false)
                    .mapToLong(JsonNode::asLong)
                    .toArray();
            for (var names = resolution.get("schedules").fieldNames(); names.hasNext(); grids++) {
                String n = names.next();
                JsonNode golden = resolution.get("schedules").get(n);
                double[] times =
                        TimeShift.FLUX.grid(Integer.parseInt(n), latent).times();
                assertThat(times).containsExactly(numbers(golden.get("f64")), within(F64));
                assertThat(times).containsExactly(numbers(golden.get("bfl_float32")), within(STORED_F32 * 2));
            }
        }
        assertThat(grids).isPositive();
    }

    @Test
    void gridsWithoutAShiftAreUniform() {
        var unshifted = goldens.get("unshifted");
        unshifted.fieldNames().forEachRemaining(n -> assertThat(
                        TimeShift.NONE.grid(Integer.parseInt(n)).times())
                .containsExactly(numbers(unshifted.get(n)), within(STORED_F32)));
        assertThat(unshifted).isNotEmpty();
    }

    @Test
    void shiftsAndTimesMatchOneByOne() {
        for (JsonNode one : goldens.get("lin_function")) {
            var shift = new TimeShift(
                    TimeShift.By.TOKENS,
                    one.get("y1").asDouble(),
                    one.get("y2").asDouble(),
                    one.get("x1").asInt(),
                    one.get("x2").asInt());
            assertThat(shift.mu(one.get("x").asDouble())).isCloseTo(one.get("y").asDouble(), within(F64));
        }
        int times = 0;
        for (JsonNode one : goldens.get("time_shift")) {
            if (one.get("sigma").asDouble() != 1) {
                continue; // no network of FLUX has another exponent
            }
            double t = TimeGrid.shifted(one.get("t").asDouble(), one.get("mu").asDouble());
            assertThat(t).isCloseTo(one.get("value").asDouble(), within(F64));
            times++;
        }
        assertThat(times).isPositive();
    }

    private static double[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }
}
