package io.flowmap.distill.train;

import io.flowmap.config.Settings;
import io.flowmap.distill.train.step.TrainingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Configurations of tests: the reference with a small training's sizes, and the given keys below {@code training}. */
public final class Configs {
    private Configs() {}

    public static TrainingConfig with(String... keys) {
        var overrides = new ArrayList<>(List.of(
                "training.workers=2",
                "training.batch-per-worker=8",
                "training.steps=24",
                "training.block-floats=1024",
                "training.checkpoint-every=5",
                "training.metrics-every=3",
                "training.learning-rate.peak=1e-2"));
        List.of(keys).forEach(key -> overrides.add("training." + key));
        return Settings.load(Optional.empty(), overrides).section("training", TrainingConfig.class);
    }
}
