package io.flowmap.app.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.tensor.CounterRandom;
import org.junit.jupiter.api.Test;

class SlicedDistanceTest {
    private static final int N = 500;
    private final double[] points = points();

    private static double[] points() {
        var points = new double[2 * N];
        new CounterRandom(1).gaussians(points, 0, points.length, 0);
        return points;
    }

    /** A shift by d moves every projection by d cos: mean square d^2/2, whatever the points. */
    @Test
    void theDistanceOfAShiftIsItsLengthOverTheRootOfTwo() {
        var shifted = points.clone();
        for (int i = 0; i < N; i++) {
            shifted[2 * i] += 0.3;
            shifted[2 * i + 1] -= 0.4;
        }
        assertThat(SlicedDistance.between(points, shifted, 2, 16)).isCloseTo(0.5 / Math.sqrt(2), within(1e-12));
    }

    @Test
    void distanceIgnoresTheOrderWithinAClassButNotTheClass() {
        var reversed = new double[2 * N];
        var swapped = new double[2 * N];
        for (int i = 0; i < N; i++) {
            System.arraycopy(points, 2 * (i % 2 == 0 ? N - 2 - i : N - i), reversed, 2 * i, 2);
            System.arraycopy(points, 2 * (i ^ 1), swapped, 2 * i, 2);
        }
        assertThat(SlicedDistance.between(points, reversed, 2, 8)).isZero();
        assertThat(SlicedDistance.between(points, swapped, 2, 8)).isPositive();
        assertThat(SlicedDistance.between(points, swapped, 1, 8)).isZero();
    }
}
