package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final int DIMENSION = 4;

    @Test
    void multiplicitiesArePoissonOfMeanOne() {
        var bootstrap = new Bootstrap(3, 2);
        int images = 20_000;
        double sum = 0;
        double squares = 0;
        int none = 0;
        for (int i = 0; i < images; i++) {
            int multiplicity = bootstrap.multiplicity(0, i);
            sum += multiplicity;
            squares += (double) multiplicity * multiplicity;
            none += multiplicity == 0 ? 1 : 0;
        }
        assertThat(sum / images).isCloseTo(1, within(0.03));
        assertThat(squares / images).isCloseTo(2, within(0.1));
        assertThat(none / (double) images).isCloseTo(Math.exp(-1), within(0.015));
    }

    @Test
    void aResampledDistanceIsThatOfRepeatedRowsHoweverTheBlocksAreCut() {
        var features = FeatureSets.gaussian(200, DIMENSION, 1);
        var bootstrap = new Bootstrap(5, 3);
        var rows = new ArrayList<Integer>();
        for (int i = 0; i < 200; i++) {
            for (int n = 0; n < bootstrap.multiplicity(2, i); n++) {
                rows.add(i);
            }
        }
        var all = new FeatureBlock(0, DIMENSION, features);
        var expected = Moments.of(all.select(rows.stream().mapToInt(row -> row).toArray()))
                .covariance(1);
        for (int length : new int[] {16, 64}) {
            var moments = Moments.empty(DIMENSION);
            for (var block : FeatureSets.blocks(features, DIMENSION, length)) {
                moments = moments.add(bootstrap.resampled(block, (long) block.block() * length, 2));
            }
            assertThat(moments.count()).isEqualTo(rows.size());
            assertThat(moments.covariance(1)).containsExactly(expected, within(1e-12));
        }
    }

    @Test
    void theIntervalOfAMeanHasTheWidthOfItsStandardError() {
        var values = new double[900];
        double mean = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 == 0 ? 1 : 0;
            mean += values[i] / values.length;
        }
        var interval = Bootstrap.interval(mean, new Bootstrap(1, 500).means(values), 0.95);
        double error = Math.sqrt(mean * (1 - mean) / values.length);
        assertThat(interval.low()).isCloseTo(mean - 1.96 * error, within(0.3 * error));
        assertThat(interval.high()).isCloseTo(mean + 1.96 * error, within(0.3 * error));
    }

    @Test
    void fewResamplesAndOddConfidencesAreRefused() {
        assertThatThrownBy(() -> new Bootstrap(1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bootstrap.interval(0, new double[2], 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
