package io.flowmap.distill.train;

import io.flowmap.config.Settings;
import io.flowmap.distill.train.step.TrainingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Test configurations: reference.conf with the sizes of a small training, and the given keys in {@code training}. */
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
