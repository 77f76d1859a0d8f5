package io.flowmap.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunSettingsTest {
    @Test
    void everyPurposeHasItsOwnSeed() {
        var seeds = new HashSet<Long>();
        for (long seed = 0; seed < 100; seed++) {
            var run = new RunSettings("runs/x", seed, false);
            seeds.add(seed);
            for (String purpose : List.of("pretrain.main", "pretrain.weak", "distill", "generate")) {
                seeds.add(run.seedOf(purpose));
            }
        }
        assertThat(seeds).hasSize(500);
    }

    @Test
    void seedDependsOnRunAndPurposeAlone() {
        assertThat(new RunSettings("a", 7, true).seedOf("distill"))
                .isEqualTo(new RunSettings("b", 7, false).seedOf("distill"));
    }
}
