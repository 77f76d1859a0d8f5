package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.eval.distance.CentredRows;
import io.flowmap.eval.distance.FeatureBlock;
import io.flowmap.eval.distance.FrechetDistance;
import io.flowmap.eval.distance.Lapack;
import io.flowmap.eval.distance.Moments;
import io.flowmap.testing.Reference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moments in many dimensions, which are stored as sums of products. */
class WideMomentsTest {
    private static final int DIMENSION = 520;

    /** Twice the distance from 0 at which float32 still resolves eighths. */
    private static final float OFFSET = 1_048_576;

    @Test
    void momentsOfFiftyThousandDistantVectorsOfDimension2048KeepNineDigits() {
        int rows = 50_000;
        int d = 2048;
        var moments = Moments.of(d, eighths(rows, d));
        assertThat(moments.count()).isEqualTo(rows);
        var mean = moments.mean();
        var covariance = moments.covariance(1);
        for (int pair = 0; pair < 20; pair++) {
            int i = pair * 37;
            int j = pair % 2 == 0 ? i : pair * 51;
            long sumI = 0;
            long sumJ = 0;
            long products = 0;
            for (int row = 0; row < rows; row++) {
                sumI += eighth(row, i);
                sumJ += eighth(row, j);
                products += eighth(row, i) * eighth(row, j);
            }
            double scale = 64.0 * rows * (rows - 1);
            double expected = (products * rows - sumI * sumJ) / scale;
            double variance = 65.0 * 65 / 12 * 4 / 64;
            assertThat(mean[i] - OFFSET).isCloseTo(sumI / 8.0 / rows, within(1e-8));
            assertThat(covariance[i * d + j]).isCloseTo(expected, within(1e-9 * (i == j ? expected : variance)));
            assertThat(covariance[j * d + i]).isEqualTo(covariance[i * d + j]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void bitsDoNotDependOnTheNumberOfThreads(int threads) {
        var blocks = FeatureSets.blocks(FeatureSets.gaussian(3000, 1100, 9), 1100, 500);
        var one = on(1, () -> Moments.of(1100, blocks.iterator()).covariance(1));
        assertThat(on(threads, () -> Moments.of(1100, blocks.iterator()).covariance(1)))
                .isEqualTo(one);
    }

    private static double[] on(int threads, Callable<double[]> work) {
        var pool = new ForkJoinPool(threads);
        try {
            return pool.submit(work).join();
        } finally {
            pool.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 700})
    void covarianceMatchesAPlainLoopForAnyBlockLength(int length) {
        int rows = 1100;
        var features = FeatureSets.gaussian(rows, DIMENSION, 8);
        var blocks = FeatureSets.blocks(features, DIMENSION, length);
        var covariance = Moments.of(DIMENSION, blocks.iterator())
                .merge(Moments.empty(DIMENSION))
                .covariance(1);
        var mean = new double[DIMENSION];
        for (int i = 0; i < features.length; i++) {
            mean[i % DIMENSION] += features[i] / (double) rows;
        }
        for (int i = 0; i < DIMENSION; i += 7) {
            for (int j = 0; j < DIMENSION; j += 13) {
                double sum = 0;
                for (int row = 0; row < rows; row++) {
                    sum += (features[row * DIMENSION + i] - mean[i]) * (features[row * DIMENSION + j] - mean[j]);
                }
                assertThat(covariance[i * DIMENSION + j]).isCloseTo(sum / (rows - 1), within(1e-11));
            }
        }
        var folded = FeatureSets.moments(blocks).covariance(1);
        assertThat(Reference.relativeToMaximum(folded, covariance)).isLessThan(1e-13);
    }

    /** The sums are taken around the mean of the first block, which is far from the mean of the rest. */
    @Test
    void aDistantFirstBlockLosesNoDigits() {
        int rows = 20 * 1024;
        var blocks = new ArrayList<FeatureBlock>();
        eighths(rows, DIMENSION).forEachRemaining(block -> {
            var features = block.features();
            for (int i = 0; block.block() == 0 && i < features.length; i++) {
                features[i] -= 2 * OFFSET;
            }
            blocks.add(block);
        });
        var covariance = Moments.of(DIMENSION, blocks.iterator()).covariance(1);
        for (int i = 0; i < DIMENSION; i += 40) {
            double mean = 0;
            for (var block : blocks) {
                for (int row = 0; row < block.rows(); row++) {
                    mean += block.features()[row * DIMENSION + i] / (double) rows;
                }
            }
            double sum = 0;
            for (var block : blocks) {
                for (int row = 0; row < block.rows(); row++) {
                    sum += Math.pow(block.features()[row * DIMENSION + i] - mean, 2);
                }
            }
            assertThat(covariance[i * DIMENSION + i]).isCloseTo(sum / (rows - 1), within(1e-9 * sum / (rows - 1)));
        }
    }

    @Test
    void aBlockOfAnotherDimensionIsRefused() {
        var blocks = FeatureSets.blocks(new float[1100 * DIMENSION], DIMENSION, 550);
        blocks.add(new FeatureBlock(2, 5, new float[10]));
        assertThatThrownBy(() -> Moments.of(DIMENSION, blocks.iterator()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot merge moments: expected dimension 520, got 5");
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 520, 521, 900})
    void distanceDoesNotDependOnTheFormOfTheScatter(int rows) {
        var a = FeatureSets.gaussian(rows, DIMENSION, 1);
        var b = FeatureSets.gaussian(700, DIMENSION, 2);
        double expected = exact(a, b, rows, 700);
        double actual = FrechetDistance.between(moments(a), moments(b));
        assertThat(actual).isCloseTo(expected, within(1e-10 * expected));
        assertThat(FrechetDistance.between(moments(a), moments(a))).isLessThan(1e-9);
    }

    @Test
    void distanceOfRegularCovariancesMatchesThatOfTheirFactors() {
        var a = regular(900, 1);
        var b = regular(1300, 2);
        double expected = exact(a, b, 900, 1300);
        var grams = Stream.of(a, b).map(set -> moments(set).covariance(0)).toArray(double[][]::new);
        assertThat(Lapack.traceOfRoot(grams[0], grams[1], DIMENSION)).isNotNaN();
        assertThat(FrechetDistance.between(moments(a), moments(b))).isCloseTo(expected, within(1e-10 * expected));
        assertThat(FrechetDistance.between(moments(b), moments(a))).isCloseTo(expected, within(1e-10 * expected));
        assertThat(FrechetDistance.between(moments(a), moments(a))).isLessThan(1e-9);
    }

    /** The features without the constant coordinate. */
    private static float[] regular(int rows, long seed) {
        var constant = FeatureSets.gaussian(rows, DIMENSION + 1, seed);
        var features = new float[rows * DIMENSION];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(constant, row * (DIMENSION + 1), features, row * DIMENSION, DIMENSION);
        }
        return features;
    }

    /** Computed from the centred data: the nuclear norm of X_a X_b'. */
    private static double exact(float[] a, float[] b, int m, int n) {
        var x = CentredRows.of(new FeatureBlock(0, DIMENSION, a));
        var y = CentredRows.of(new FeatureBlock(0, DIMENSION, b));
        double sum = 0;
        for (int j = 0; j < DIMENSION; j++) {
            sum += Math.pow(x.mean()[j] - y.mean()[j], 2);
        }
        for (double value : x.rows()) {
            sum += value * value / (m - 1);
        }
        for (double value : y.rows()) {
            sum += value * value / (n - 1);
        }
        var p = Lapack.triangularFactor(x.rows(), m, DIMENSION);
        var q = Lapack.triangularFactor(y.rows(), n, DIMENSION);
        var cross = Lapack.timesTransposed(p, q, p.length / DIMENSION, q.length / DIMENSION, DIMENSION);
        return sum
                - 2
                        * Lapack.nuclearNorm(cross, p.length / DIMENSION, q.length / DIMENSION)
                        / Math.sqrt((double) (m - 1) * (n - 1));
    }

    private static Moments moments(float[] features) {
        List<FeatureBlock> blocks = FeatureSets.blocks(features, DIMENSION, 256);
        return Moments.of(DIMENSION, blocks.iterator());
    }

    private static Iterator<FeatureBlock> eighths(int rows, int d) {
        return IntStream.range(0, (rows + 1023) / 1024)
                .mapToObj(block -> {
                    var features = new float[Math.min(1024, rows - 1024 * block) * d];
                    for (int i = 0; i < features.length; i++) {
                        features[i] = OFFSET + eighth(block * 1024L + i / d, i % d) / 8f;
                    }
                    return new FeatureBlock(block, d, features);
                })
                .iterator();
    }

    /** Odd numbers from -63 to 63. */
    private static long eighth(long row, long column) {
        long bits = (row * 2048 + column + 1) * 0x9e3779b97f4a7c15L;
        bits = (bits ^ bits >>> 31) * 0x94d049bb133111ebL;
        return (bits >>> 58) * 2 - 63;
    }
}
