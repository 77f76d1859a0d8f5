package io.flowmap.app.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.tensor.CounterRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class Theorem31Test {
    private final Theorem31 study = new Theorem31(0.5, 0.05, 0.9, 16, 20_000);
    private final List<Theorem31.Curve> curves = study.curves(new CounterRandom(3));

    /** 40 comparisons with shared noise: by chance, a difference of five standard errors occurs in fewer than one of ten thousand runs. */
    @Test
    void samplesHaveTheVarianceOfTheRecursion() {
        for (var curve : curves) {
            for (double deviation : curve.deviations()) {
                assertThat(deviation).as(curve.model().name()).isBetween(-5.0, 5.0);
            }
        }
    }

    /** Theorem 3.1 with the form that is best at two steps, as the paper says of c = 0.5. */
    @Test
    void consistencyModelsDegradeAndFlowMapsDoNot() {
        var consistency = curve("CM (c + eps t)/S");
        assertThat(consistency.best()).isEqualTo(2);
        assertThat(consistency.distances()[15]).isGreaterThan(1.3 * consistency.distances()[1]);
        assertThat(curve("flow map").best()).isEqualTo(16);
    }

    @Test
    void comparisonDetectsAWrongVariance() {
        var wrong =
                new Theorem31(0.5, 0.05, 0.9, 16, 20_000).models().get(2).map().variance(4, 1);
        var right =
                new Theorem31(0.5, 0.06, 0.9, 16, 20_000).models().get(2).map().variance(4, 1);
        assertThat(Math.abs(wrong - right) / right).isGreaterThan(2 * Math.sqrt(2.0 / study.samples()));
    }

    private Theorem31.Curve curve(String name) {
        return curves.stream()
                .filter(curve -> curve.model().name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
