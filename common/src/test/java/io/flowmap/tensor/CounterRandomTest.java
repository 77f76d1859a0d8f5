package io.flowmap.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
    private final CounterRandom random = new CounterRandom(42);

    @Test
    void bitsNeverChangeBetweenVersions() {
        assertThat(random.bits(1, 2, 3)).isEqualTo(0xf18ea13c35c04abaL);
        assertThat(random.bits()).isEqualTo(0x780427b53ce90a75L);
    }

    @Test
    void keysThatDifferAnywhereAreUnrelated() {
        var seen = new HashSet<Long>();
        for (long a = 0; a < 100; a++) {
            for (long b = 0; b < 100; b++) {
                seen.add(random.bits(a, b));
                seen.add(random.bits(a, b, 0));
                seen.add(new CounterRandom(43).bits(a, b));
            }
        }
        assertThat(seen).hasSize(30_000);
    }

    @Test
    void oneBitOfTheKeyFlipsHalfOfTheResult() {
        double flipped = 0;
        for (int bit = 0; bit < 64; bit++) {
            for (long key = 0; key < 200; key++) {
                flipped += Long.bitCount(random.bits(key, 5) ^ random.bits(key ^ 1L << bit, 5));
            }
        }
        assertThat(flipped / (64 * 200)).isCloseTo(32, within(0.2));
    }

    @Test
    void uniformsFillTheOpenInterval() {
        int n = 200_000;
        var values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.uniform(7, i);
        }
        Arrays.sort(values);
        double kolmogorov = IntStream.range(0, n)
                .mapToDouble(i -> Math.abs(values[i] - (i + 0.5) / n))
                .max()
                .orElseThrow();
        assertThat(values[0]).isPositive();
        assertThat(values[n - 1]).isLessThan(1);
        assertThat(kolmogorov * Math.sqrt(n)).isLessThan(1.63);
    }

    @Test
    void gaussiansHaveTheMomentsOfTheNormal() {
        int n = 400_000;
        var values = new double[n];
        random.gaussians(values, 0, n, 3);
        double[] moments = new double[5];
        double neighbours = 0;
        for (int i = 0; i < n; i++) {
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(values[i], k) / n;
            }
            neighbours += values[i] * values[(i + 1) % n] / n;
        }
        assertThat(moments[1]).isCloseTo(0, within(0.006));
        assertThat(moments[2]).isCloseTo(1, within(0.01));
        assertThat(moments[3]).isCloseTo(0, within(0.03));
        assertThat(moments[4]).isCloseTo(3, within(0.08));
        assertThat(neighbours).isCloseTo(0, within(0.006));
    }

    @Test
    void gaussiansDoNotDependOnHowManyAreAskedFor() {
        var all = new float[9];
        var some = new float[6];
        random.gaussians(all, 0, 9, 1, 2);
        random.gaussians(some, 1, 5, 1, 2);
        assertThat(Arrays.copyOfRange(some, 1, 6)).containsExactly(Arrays.copyOf(all, 5));
        assertThat(some[0]).isZero();
        assertThat((float) random.gaussian(1, 2)).isEqualTo(all[0]);
    }

    @Test
    void boundedNumbersAreEvenlySpread() {
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[(int) random.below(7, i)]++;
        }
        assertThat(Arrays.stream(counts)
                        .mapToDouble(count -> Math.pow(count - 10_000, 2) / 10_000)
                        .sum())
                .isLessThan(22.5);
        assertThatThrownBy(() -> random.below(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void permutationsAreUniform() {
        var counts = new int[24];
        for (int i = 0; i < 24_000; i++) {
            var order = random.permutation(4, i);
            assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3);
            int rank = 0;
            for (int j = 0; j < 4; j++) {
                int smaller = 0;
                for (int k = j + 1; k < 4; k++) {
                    smaller += order[k] < order[j] ? 1 : 0;
                }
                rank = rank * (4 - j) + smaller;
            }
            counts[rank]++;
        }
        assertThat(Arrays.stream(counts)
                        .mapToDouble(count -> Math.pow(count - 1000, 2) / 1000)
                        .sum())
                .isLessThan(49.7);
        assertThat(random.permutation(0, 1)).isEmpty();
    }
}
