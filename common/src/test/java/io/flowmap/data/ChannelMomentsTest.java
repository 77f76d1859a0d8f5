package io.flowmap.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelMomentsTest {
    private static final int RECORDS = 60;
    private static final int AREA = 35;
    /** Number of float32 values between 8192 and 8193; all values between 8192 and 16384 have this spacing. */
    private static final int STEPS = 1024;

    /** Multiples of that spacing around 10,000 and around -10, so that the exact deviation can be computed in integers. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 20, 60})
    void meanFarAboveTheDeviationCostsNoDigits(int parts) {
        var values = new float[RECORDS * 2 * AREA];
        var sums = new BigInteger[] {BigInteger.ZERO, BigInteger.ZERO};
        var squares = sums.clone();
        for (int i = 0; i < values.length; i++) {
            int channel = i / AREA % 2;
            int steps = (channel == 0 ? 10_000 : -10) * STEPS + i * 7919 % 35 - 17;
            values[i] = (float) steps / STEPS;
            sums[channel] = sums[channel].add(BigInteger.valueOf(steps));
            squares[channel] = squares[channel].add(BigInteger.valueOf(steps).pow(2));
        }
        var moments = merged(values, parts);
        var count = BigInteger.valueOf(RECORDS * AREA);
        assertThat(moments.count()).isEqualTo(RECORDS * AREA);
        for (int c = 0; c < 2; c++) {
            double spread = count.multiply(squares[c]).subtract(sums[c].pow(2)).doubleValue();
            double deviation = Math.sqrt(spread) / count.doubleValue() / STEPS;
            assertThat(deviation).isBetween(0.009, 0.011);
            assertThat(moments.mean()[c]).isCloseTo(sums[c].doubleValue() / count.doubleValue() / STEPS, within(1e-11));
            assertThat(moments.deviation(c)).isCloseTo(deviation, within(1e-10 * deviation));
        }
    }

    @Test
    void oneValueHasZeroDeviationForAnySplit() {
        var values = new float[RECORDS * 2 * AREA];
        Arrays.fill(values, 0.1f);
        for (int parts : new int[] {1, 7, 60}) {
            assertThat(merged(values, parts).deviation(1)).isZero();
        }
    }

    private static ChannelMoments merged(float[] values, int parts) {
        var moments = ChannelMoments.none(2);
        for (int part = 0; part < parts; part++) {
            int from = part * RECORDS / parts;
            int to = (part + 1) * RECORDS / parts;
            var piece = Arrays.copyOfRange(values, from * 2 * AREA, to * 2 * AREA);
            moments = moments.merge(ChannelMoments.of(piece, to - from, 2));
        }
        return moments;
    }
}
