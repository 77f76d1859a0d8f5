package io.flowmap.nn.edm2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gains of a float16 module, compared with halves looked up in a list made from the format's definition. */
class Edm2SnapshotTest {
    private static final int INFINITE = 0x7c00;
    private static final double OVERFLOW = 65520;
    private static final double[] HALVES = IntStream.range(0, INFINITE)
            .mapToDouble(half -> half < 1024 ? Math.scalb(half, -24) : Math.scalb(1024 + half % 1024, half / 1024 - 25))
            .toArray();

    /** The half-precision number nearest to a magnitude, ties to even. */
    private static double half(double value) {
        double magnitude = Math.abs(value);
        if (magnitude >= OVERFLOW) {
            return Math.copySign(Double.POSITIVE_INFINITY, value);
        }
        int nearest = 0;
        for (int half = 1; half < HALVES.length; half++) {
            double nearer = Math.abs(HALVES[nearest] - magnitude) - Math.abs(HALVES[half] - magnitude);
            nearest = nearer > 0 || nearer == 0 && half % 2 == 0 ? half : nearest;
        }
        return Math.copySign(HALVES[nearest], value);
    }

    /** Fan-ins of embeddings with 1 to 64 channels, and of 3x3 convolutions with as many. Few of their square roots are halves. */
    @Test
    void aGainIsTheQuotientOfTwoHalvesForAnyFanIn() {
        for (int channels = 1; channels <= 64; channels++) {
            for (long fanIn : new long[] {channels, 9L * channels}) {
                double root = half(Math.sqrt(fanIn));
                for (float gain = -1.7f; gain < 2; gain += 0.0371f) {
                    assertThat(Edm2Snapshot.halfGain(gain, fanIn) / Math.sqrt(fanIn))
                            .as("gain %s, fan-in %s", gain, fanIn)
                            .isCloseTo(half(half(gain) / root), withinPercentage(1e-5));
                }
            }
        }
    }

    /** Computed by hand. Without rounding of the root, the first six would be the neighbouring half. */
    @ParameterizedTest
    @CsvSource({
        "1.5625, 24, 0x1.46cp-2", // 1.5625 / 4.8984375 = 0.318979 = 1306.54 / 4096
        "0.375, 48, 0x1.bb4p-5", // 0.375 / 6.9296875 = 0.0541150 = 1773.24 / 32768
        "0.6875, 72, 0x1.4cp-4", // 0.6875 / 8.484375 = 0.0810313 = 1327.62 / 16384
        "-0.625, 216, -0x1.5c8p-5", // 0.625 / 14.6953125 = 0.0425306 = 1393.64 / 32768
        "1.8125, 32, 0x1.484p-2", // 1.8125 / 5.65625 = 0.320442 = 1312.53 / 4096
        "1.8125, 8, 0x1.484p-1",
        "1, 16, 0x1p-2",
        "-0.75, 144, -0x1p-4"
    })
    void gainsByHand(float gain, long fanIn, String used) {
        assertThat(Edm2Snapshot.halfGain(gain, fanIn) / Math.sqrt(fanIn))
                .isCloseTo(Double.parseDouble(used), withinPercentage(1e-5));
    }

    /** torch's own example of dividing a float16 number by one that no half can represent (pytorch issue 63482): 3388 / 524288 is 0. */
    @Test
    void aRootThatNoHalfCanRepresentGivesZero() {
        assertThat(Edm2Snapshot.halfGain(3388, 524288L * 524288)).isZero();
    }
}
