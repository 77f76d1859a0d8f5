package io.flowmap.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunConfigTest {
    @Test
    void everyPurposeHasItsOwnSeed() {
        var seeds = new HashSet<Long>();
        for (long seed = 0; seed < 100; seed++) {
            var run = new RunConfig("runs/x", seed, false, Map.of());
            seeds.add(seed);
            for (String purpose : List.of("pretrain.main", "pretrain.weak", "distill", "generate")) {
                seeds.add(run.seedOf(purpose));
            }
        }
        assertThat(seeds).hasSize(500);
    }

    @Test
    void seedDependsOnRunAndPurposeAlone() {
        assertThat(new RunConfig("a", 7, true, Map.of()).seedOf("distill"))
                .isEqualTo(new RunConfig("b", 7, false, Map.of()).seedOf("distill"));
    }

    @Test
    void aStageThatLiesElsewhereIsFoundThereWithItsParts() {
        var run = new RunConfig("runs/x", 0, false, Map.of("teacher", "s3a://bucket/teacher"));
        assertThat(run.stage("data")).hasToString("runs/x/data");
        assertThat(run.stage("teacher")).hasToString("s3a://bucket/teacher");
        assertThat(run.stage("teacher/main")).hasToString("s3a://bucket/teacher/main");
        assertThat(run.stage("teacher-ema")).hasToString("runs/x/teacher-ema");
    }
}
