package io.flowmap.eval.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.eval.metric.FeatureSets;
import io.flowmap.eval.metric.NumpyRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelDistanceTest {
    private static final int DIMENSION = 11;
    private final float[] real = FeatureSets.gaussian(130, DIMENSION, 1);
    private final float[] generated = FeatureSets.gaussian(90, DIMENSION, 2);

    @ParameterizedTest
    @ValueSource(ints = {7, 64, 130})
    void distanceMatchesAPlainLoopForAnyBlockLength(int rows) {
        double expected = meanKernel(real, real, true)
                + meanKernel(generated, generated, true)
                - 2 * meanKernel(real, generated, false);
        var distance = KernelDistance.between(
                FeatureSets.blocks(real, DIMENSION, rows), FeatureSets.blocks(generated, DIMENSION, rows));
        assertThat(distance.mean()).isCloseTo(expected, within(1e-10 * Math.abs(expected)));
        assertThat(distance.deviation()).isZero();
    }

    @Test
    void tilesInAnyOrderGiveTheSameBits() {
        var tiles = new ArrayList<KernelSum>();
        var blocks = FeatureSets.blocks(real, DIMENSION, 16);
        for (int i = 0; i < blocks.size(); i++) {
            for (int j = i; j < blocks.size(); j++) {
                tiles.add(KernelSum.within(blocks.get(i), blocks.get(j)));
            }
        }
        double mean = KernelSum.mean(tiles);
        Collections.reverse(tiles);
        assertThat(KernelSum.mean(tiles)).isEqualTo(mean);
    }

    @Test
    void seededSubsetsAreDifferentImagesAndRepeat() {
        var subsets = KernelSubsets.seeded(5, 4, 20, 30, 25);
        assertThat(KernelSubsets.seeded(5, 4, 20, 30, 25).real()).isDeepEqualTo(subsets.real());
        assertThat(subsets.real()[0]).isNotEqualTo(subsets.real()[1]);
        for (var subset : subsets.generated()) {
            assertThat(Arrays.stream(subset).distinct().count()).isEqualTo(20);
            assertThat(Arrays.stream(subset).allMatch(index -> index >= 0 && index < 25))
                    .isTrue();
        }
    }

    /** numpy.random.RandomState(2020).choice(10, 4, replace=False) and the numbers drawn after it. */
    @Test
    void choicesOfNumpyAreReproduced() {
        var random = new NumpyRandom(2020);
        assertThat(random.choice(10, 4)).containsExactly(2, 4, 9, 1);
        assertThat(random.choice(1000, 5)).containsExactly(358, 763, 430, 530, 677);
    }

    @Test
    void aSubsetLargerThanTheSetAndASetOfOneAreRefused() {
        assertThatThrownBy(() -> KernelSubsets.seeded(1, 2, 31, 30, 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot draw subsets: expected a size from 2 to 30, got 31");
        var one = List.of(new FeatureBlock(0, DIMENSION, new float[DIMENSION]));
        assertThatThrownBy(() -> KernelDistance.between(one, FeatureSets.blocks(real, DIMENSION, 50)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected two or more vectors on each side, got 1 and 130");
        assertThatThrownBy(() -> KernelSum.between(one.get(0), new FeatureBlock(0, 2, new float[4])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dimension 11, got 2");
    }

    private static double meanKernel(float[] x, float[] y, boolean withoutDiagonal) {
        double sum = 0;
        long pairs = 0;
        for (int i = 0; i < x.length / DIMENSION; i++) {
            for (int j = 0; j < y.length / DIMENSION; j++) {
                if (!withoutDiagonal || i != j) {
                    double product = 0;
                    for (int d = 0; d < DIMENSION; d++) {
                        product += (double) x[i * DIMENSION + d] * y[j * DIMENSION + d];
                    }
                    sum += Math.pow(product / DIMENSION + 1, 3);
                    pairs++;
                }
            }
        }
        return sum / pairs;
    }
}
