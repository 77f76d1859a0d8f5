package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.neighbour.DistanceTile;
import io.flowmap.eval.neighbour.PrecisionRecall;
import io.flowmap.tensor.CounterRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeighboursTest {
    @ParameterizedTest
    @CsvSource({"40, 30, 3, 1, 7", "50, 60, 5, 3, 16", "25, 25, 9, 4, 100", "10, 8, 2, 3, 3", "60, 50, 40, 5, 25"})
    void precisionRecallDensityAndCoverageMatchADoubleLoop(int n, int m, int dimension, int k, int rows) {
        var real = FeatureSets.gaussian(n, dimension, 1);
        var generated = FeatureSets.gaussian(m, dimension, 2);
        System.arraycopy(real, 0, generated, 0, 2 * dimension);
        System.arraycopy(generated, 0, generated, 3 * dimension, dimension);
        var result = PrecisionRecall.between(
                FeatureSets.blocks(real, dimension, rows), FeatureSets.blocks(generated, dimension, rows), k);
        assertThat(result).isEqualTo(plain(real, generated, dimension, k));
    }

    /**
     * Scales at which float32 products round everything away, overflow or underflow: the bounds must leave the decision to exact
     * distances.
     */
    @ParameterizedTest
    @ValueSource(ints = {-100, -40, 0, 40, 83})
    void anyScaleAndOffsetIsDecidedExactly(int exponent) {
        float scale = Math.scalb(1f, exponent);
        int dimension = 12;
        var real = lattice(40, dimension, scale, 3);
        var generated = lattice(35, dimension, scale, 4);
        var result = PrecisionRecall.between(
                FeatureSets.blocks(real, dimension, 16), FeatureSets.blocks(generated, dimension, 16), 2);
        assertThat(result).isEqualTo(plain(real, generated, dimension, 2));
    }

    @Test
    void radiiAreDistancesToTheBit() {
        int dimension = 20;
        var points = FeatureSets.gaussian(100, dimension, 5);
        var block = new FeatureBlock(0, dimension, points);
        var tile = DistanceTile.between(block, block);
        var bounds = new double[100];
        for (int row = 0; row < 100; row++) {
            tile.lower(row, bounds);
            for (int i = 0; i < 100; i++) {
                double exact = tile.exact(row, i);
                assertThat(exact).isEqualTo(tile.exact(i, row)).isGreaterThanOrEqualTo(bounds[i]);
                assertThat(exact).isLessThanOrEqualTo(bounds[i] + tile.width(row, i));
            }
            assertThat(tile.exact(row, row)).isZero();
        }
    }

    @Test
    void collapseToOneModeGivesHighPrecisionAndLowRecallAndCoverage() {
        int dimension = 8;
        var real = FeatureSets.gaussian(400, dimension, 6);
        var collapsed = new float[300 * dimension];
        var noise = new CounterRandom(7);
        for (int i = 0; i < collapsed.length; i++) {
            collapsed[i] = real[i % dimension] + 0.01f * (float) noise.gaussian(i);
        }
        var result = PrecisionRecall.between(
                FeatureSets.blocks(real, dimension, 128), FeatureSets.blocks(collapsed, dimension, 128), 3);
        assertThat(result.precision()).isGreaterThan(0.95);
        assertThat(result.recall()).isLessThan(0.05);
        assertThat(result.coverage()).isLessThan(0.2);
    }

    @Test
    void noMorePointsThanNeighboursAreRefused() {
        var three = FeatureSets.blocks(FeatureSets.gaussian(3, 2, 1), 2, 2);
        assertThatThrownBy(() -> PrecisionRecall.between(three, three, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot take precision and recall: expected more than 3 points on each side, got 3");
    }

    @Test
    void otherDimensionsAreRefused() {
        assertThatThrownBy(() -> DistanceTile.between(
                        new FeatureBlock(0, 2, new float[4]), new FeatureBlock(0, 3, new float[6])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot take distances: expected features of dimension 2, got 3");
    }

    /** Small integers around a distant point, multiplied by a scale. */
    private static float[] lattice(int rows, int dimension, float scale, long seed) {
        var random = new CounterRandom(seed);
        var points = new float[rows * dimension];
        for (int i = 0; i < points.length; i++) {
            points[i] = scale * (1000 + random.below(4, i));
        }
        return points;
    }

    /** Precision, recall, density and coverage, computed pair by pair. */
    private static PrecisionRecall plain(float[] real, float[] generated, int dimension, int k) {
        int n = real.length / dimension;
        int m = generated.length / dimension;
        double hits = 0;
        int reached = 0;
        for (int c = 0; c < n; c++) {
            double radius = radius(real, c, dimension, k);
            int inside = 0;
            for (int i = 0; i < m; i++) {
                inside += distance(generated, i, real, c, dimension) <= radius ? 1 : 0;
            }
            hits += inside;
            reached += inside > 0 ? 1 : 0;
        }
        return new PrecisionRecall(
                covered(generated, real, dimension, k),
                covered(real, generated, dimension, k),
                hits / k / m,
                reached / (double) n);
    }

    /** The share of points within the k-th neighbour's distance of some centre. */
    private static double covered(float[] points, float[] centres, int dimension, int k) {
        int inside = 0;
        for (int i = 0; i < points.length / dimension; i++) {
            boolean covered = false;
            for (int c = 0; c < centres.length / dimension; c++) {
                covered |= distance(points, i, centres, c, dimension) <= radius(centres, c, dimension, k);
            }
            inside += covered ? 1 : 0;
        }
        return inside / (double) (points.length / dimension);
    }

    private static double radius(float[] centres, int c, int dimension, int k) {
        var radii = new double[centres.length / dimension];
        for (int o = 0; o < radii.length; o++) {
            radii[o] = distance(centres, c, centres, o, dimension);
        }
        Arrays.sort(radii);
        return radii[k];
    }

    private static double distance(float[] a, int i, float[] b, int j, int dimension) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
            double difference = (double) a[i * dimension + d] - b[j * dimension + d];
            sum += difference * difference;
        }
        return sum;
    }
}
