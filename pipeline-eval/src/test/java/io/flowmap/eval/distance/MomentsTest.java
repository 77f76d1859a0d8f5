package io.flowmap.eval.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.eval.metric.FeatureSets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {
    private static final int ROWS = 300;
    private static final int DIMENSION = 7;

    private final float[] features = FeatureSets.gaussian(ROWS, DIMENSION, 3);

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, 299, 300, 1000})
    void covarianceMatchesAPlainLoopForAnyBlockLength(int rows) {
        var moments = FeatureSets.moments(FeatureSets.blocks(features, DIMENSION, rows));
        assertThat(moments.count()).isEqualTo(ROWS);
        var mean = new double[DIMENSION];
        for (int i = 0; i < features.length; i++) {
            mean[i % DIMENSION] += features[i] / (double) ROWS;
        }
        assertThat(moments.mean()).containsExactly(mean, within(1e-13));
        var covariance = new double[DIMENSION * DIMENSION];
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < covariance.length; i++) {
                int a = i / DIMENSION;
                int b = i % DIMENSION;
                covariance[i] += (features[row * DIMENSION + a] - mean[a])
                        * (features[row * DIMENSION + b] - mean[b])
                        / (ROWS - 1);
            }
        }
        assertThat(moments.covariance(1)).containsExactly(covariance, within(1e-12));
    }

    @Test
    void mergingTreesOfBlocksAgreesWithAddingThem() {
        var blocks = FeatureSets.blocks(features, DIMENSION, 40);
        var left = FeatureSets.moments(blocks.subList(0, 3));
        var right = FeatureSets.moments(blocks.subList(3, blocks.size()));
        var merged = Moments.empty(DIMENSION).merge(left.merge(right)).merge(Moments.empty(DIMENSION));
        assertThat(merged.covariance(1))
                .containsExactly(FeatureSets.moments(blocks).covariance(1), within(1e-13));
    }

    @Test
    void aLargeOffsetLosesNoDigitsOfTheCovariance() {
        var shifted = new ArrayList<FeatureBlock>();
        for (var block : FeatureSets.blocks(features, DIMENSION, 50)) {
            var values = block.features().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.round(values[i] * 8) + 1_048_576f;
            }
            shifted.add(new FeatureBlock(block.block(), DIMENSION, values));
        }
        var small = new ArrayList<FeatureBlock>();
        for (var block : shifted) {
            var values = block.features().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] -= 1_048_576f;
            }
            small.add(new FeatureBlock(block.block(), DIMENSION, values));
        }
        assertThat(FeatureSets.moments(shifted).covariance(1))
                .containsExactly(FeatureSets.moments(small).covariance(1), within(1e-7));
    }

    @Test
    void distanceOfAxisAlignedGaussiansHasTheClosedForm() {
        var a = FeatureSets.moments(FeatureSets.blocks(new float[] {1, 0, -1, 0, 0, 2, 0, -2}, 2, 3));
        var b = FeatureSets.moments(FeatureSets.blocks(new float[] {4, 1, 2, 1, 3, 4, 3, -2}, 2, 2));
        double deviationA = Math.sqrt(2 / 3.0);
        double wideA = Math.sqrt(8 / 3.0);
        double wideB = Math.sqrt(18 / 3.0);
        double expected = 9 + 1 + Math.pow(deviationA - deviationA, 2) + Math.pow(wideA - wideB, 2);
        assertThat(FrechetDistance.between(a, b)).isCloseTo(expected, within(1e-12));
        assertThat(FrechetDistance.between(b, a)).isCloseTo(expected, within(1e-12));
    }

    @Test
    void distanceToItselfIsZero() {
        var moments = FeatureSets.moments(FeatureSets.blocks(FeatureSets.gaussian(2000, 84, 4), 84, 1024));
        assertThat(FrechetDistance.between(moments, moments)).isBetween(0.0, 1e-9);
    }

    @Test
    void aFeatureThatIsNotFiniteIsNamed() {
        assertThatThrownBy(() -> new FeatureBlock(5, 2, new float[] {0, 1, 2, Float.NaN}))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("block 5", "row 1");
    }

    @Test
    void anotherDimensionIsRefused() {
        var two = Moments.of(new FeatureBlock(0, 2, new float[] {0, 1, 2, 3}));
        var blocks = List.of(new FeatureBlock(0, 2, new float[4]), new FeatureBlock(1, 1, new float[4]));
        assertThatThrownBy(() -> two.merge(Moments.empty(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot merge moments: expected dimension 2, got 3");
        assertThatThrownBy(() -> Moments.of(2, blocks.iterator())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FrechetDistance.between(two, Moments.of(new FeatureBlock(0, 1, new float[4]))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneVectorHasNoDistance() {
        var one = Moments.of(new FeatureBlock(0, 2, new float[2]));
        assertThatThrownBy(() -> FrechetDistance.between(one, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected two or more vectors of one dimension on each side, got 1 of 2");
    }
}
