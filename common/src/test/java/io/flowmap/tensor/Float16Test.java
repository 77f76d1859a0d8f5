package io.flowmap.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Float16Test {
    /** Value of a half, from the definition of the format. */
    private static double defined(int half) {
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        double magnitude = exponent == 0x1f
                ? fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                : exponent == 0 ? Math.scalb(fraction, -24) : Math.scalb(1024 + fraction, exponent - 25);
        return (half & 0x8000) == 0 ? magnitude : -magnitude;
    }

    @Test
    void everyHalfHasItsDefinedValueAndRoundTrips() {
        for (int half = 0; half < 1 << 16; half++) {
            float value = Float16.toFloat((short) half);
            assertThat(Double.compare(value, defined(half))).isZero();
            if (!Float.isNaN(value)) {
                assertThat(Float16.of(value) & 0xffff).isEqualTo(half);
            } else {
                assertThat(Float16.toFloat(Float16.of(value))).isNaN();
            }
        }
    }

    @Test
    void betweenTwoHalvesTheNearerIsTakenAndTiesGoToEven() {
        for (int half = 0; half < 0x7bff; half++) {
            float low = Float16.toFloat((short) half);
            float high = Float16.toFloat((short) (half + 1));
            float middle = (low + high) / 2;
            int even = (half & 1) == 0 ? half : half + 1;
            assertThat((int) Float16.of(middle)).isEqualTo(even);
            assertThat((int) Float16.of(Math.nextDown(middle))).isEqualTo(half);
            assertThat((int) Float16.of(Math.nextUp(middle))).isEqualTo(half + 1);
        }
    }

    @Test
    void beyondTheLargestIsInfinite() {
        assertThat(Float16.toFloat(Float16.of(65519.99f))).isEqualTo(65504f);
        assertThat(Float16.toFloat(Float16.of(65520f))).isInfinite();
        assertThat(Float16.toFloat(Float16.of(-1e30f))).isEqualTo(Float.NEGATIVE_INFINITY);
    }
}
