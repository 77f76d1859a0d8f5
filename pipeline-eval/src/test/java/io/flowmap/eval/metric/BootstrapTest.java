package io.flowmap.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    @Test
    void resamplesDrawImagesUniformlyWithinClasses() {
        var labels = IntStream.range(0, 900).map(i -> i % 3 - 1).toArray();
        var bootstrap = new Bootstrap(3, 40);
        var taken = new int[labels.length];
        for (int resample = 0; resample < 40; resample++) {
            var drawn = bootstrap.draw(resample, 5000, labels);
            for (int i = 0; i < drawn.length; i++) {
                assertThat(labels[drawn[i]]).isEqualTo(labels[i]);
                taken[drawn[i]]++;
            }
        }
        double mean = IntStream.of(taken).average().orElseThrow();
        double variance = IntStream.of(taken)
                .mapToDouble(n -> (n - mean) * (n - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isEqualTo(40);
        assertThat(variance).isCloseTo(40, within(6.0));
        assertThat(bootstrap.draw(1, 5000, labels)).isEqualTo(bootstrap.draw(1, 5000, labels));
        assertThat(bootstrap.draw(2, 5000, labels)).isNotEqualTo(bootstrap.draw(1, 5000, labels));
    }

    /**
     * For the mean over images of one class, the width follows from the standard error. For a value that differs only between classes,
     * it is 0.
     */
    @Test
    void theIntervalOfAMeanHasTheWidthOfItsStandardErrorWithinClasses() {
        var values = new double[900];
        double mean = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 == 0 ? 1 : 0;
            mean += values[i] / values.length;
        }
        var interval = Bootstrap.interval(mean, means(values, i -> 0), 0.95);
        double error = Math.sqrt(mean * (1 - mean) / values.length);
        assertThat(interval.low()).isCloseTo(mean - 1.96 * error, within(0.3 * error));
        assertThat(interval.high()).isCloseTo(mean + 1.96 * error, within(0.3 * error));
        assertThat(Bootstrap.interval(mean, means(values, i -> i % 3), 0.95).margin())
                .isCloseTo(0, within(1e-12));
    }

    /** The bias of the resamples is not removed: the interval is centred at the value. */
    @Test
    void theIntervalIsAboutTheValueHoweverBiasedTheResamples() {
        var interval = Bootstrap.interval(1, new double[] {2, 3, 4}, 0.5);
        assertThat(interval.low()).isEqualTo(0.5);
        assertThat(interval.high()).isEqualTo(1.5);
    }

    private static double[] means(double[] values, IntUnaryOperator label) {
        var bootstrap = new Bootstrap(1, 500);
        var labels = IntStream.range(0, values.length).map(label).toArray();
        return IntStream.range(0, 500)
                .mapToDouble(resample -> IntStream.of(bootstrap.draw(resample, 0, labels))
                        .mapToDouble(place -> values[place])
                        .average()
                        .orElseThrow())
                .toArray();
    }

    @Test
    void fewResamplesAndOddConfidencesAreRefused() {
        assertThatThrownBy(() -> new Bootstrap(1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bootstrap.interval(0, new double[2], 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
