package io.flowmap.distill.train.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.config.UserError;
import io.flowmap.distill.train.Configs;
import io.flowmap.distill.train.DrawnBuckets;
import io.flowmap.distill.train.DrawnSamples;
import io.flowmap.distill.train.memory.MemoryPlan.Place;
import io.flowmap.distill.train.step.BlockSource;
import io.flowmap.distill.train.step.ObjectiveSizes;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counts of vectors by hand, and refusals. */
class TrainingMemoryTest {
    private static final long LENGTH = 1_000_000;
    private static final long VECTOR = 4 * LENGTH;
    private static final long JVM = 450L << 20;
    private static final ObjectiveSizes SIZES = new ObjectiveSizes(0, 7_000_000, 3_000_000, 2_000_000);

    private static MemoryPlan plan(boolean local, int slots, String... keys) {
        return plan(local, slots, Map.of(), keys);
    }

    private static MemoryPlan plan(boolean local, int slots, Map<Place, Long> limits, String... keys) {
        return new TrainingMemory(local, slots, limits).plan(LENGTH, Configs.with(keys), SIZES, BlockSource.empty());
    }

    private static MemoryPlan limited(long bytes) {
        return plan(true, 1, Map.of(Place.DRIVER_NATIVE, bytes), "ema-stds=[0.1]", "average=gradients");
    }

    @Test
    void oneLocalWorkerHoldsFiveVectors() {
        var plan = plan(true, 1, "ema-stds=[0.1]", "average=gradients");
        long samples = 4 * 4096;
        assertThat(plan.bytes(Place.DRIVER_HEAP)).isEqualTo((200L << 20) + 3 * VECTOR + samples);
        assertThat(plan.bytes(Place.DRIVER_NATIVE)).isEqualTo(JVM + 2 * VECTOR + 10_000_000);
        assertThat(plan.bytes(Place.MAPPED)).isEqualTo(2_000_000);
        assertThat(plan.bytes(Place.EXECUTOR_HEAP) + plan.bytes(Place.EXECUTOR_NATIVE))
                .isZero();
    }

    @Test
    void samplesOfAllBucketsAreCached() {
        var plan = new TrainingMemory(true, 1, Map.of())
                .plan(LENGTH, Configs.with("ema-stds=[]"), SIZES, DrawnBuckets.OF_129);
        assertThat(plan.items())
                .contains(new MemoryPlan.Item("samples", Place.DRIVER_HEAP, 4L * 129 * DrawnSamples.SIZE));
    }

    @Test
    void executorsHoldWhatTheirSlotsNeed() {
        var plan = plan(false, 2, "ema-stds=[]", "average=parameters");
        assertThat(plan.bytes(Place.DRIVER_NATIVE)).isEqualTo(JVM + VECTOR);
        assertThat(plan.bytes(Place.EXECUTOR_NATIVE))
                .as("parameters and gradient of each slot, activations, folded weights, the round's state")
                .isEqualTo(JVM + 2 * 2 * VECTOR + 2 * 7_000_000 + 3_000_000 + 3 * VECTOR);
    }

    @Test
    void whatExceedsItsLimitIsRefusedByName() {
        assertThatCode(() -> limited(JVM + 18_000_000).requireFits()).doesNotThrowAnyException();
        assertThatThrownBy(() -> limited(JVM + 17_999_999).requireFits())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("driver-native would hold 0.49 GB")
                .hasMessageContaining("activations 0.007")
                .hasMessageContaining("spark.native-memory");
        assertThat(limited(1_000_000_000).holdings().get("driver-native"))
                .hasToString("0.49 of 1.00 GB: JVM 0.47, parameters 0.004, gradients 0.004, activations 0.007, "
                        + "normalised frozen weights 0.003");
    }
}
