package io.flowmap.distill.lora;

import io.flowmap.checkpoint.flux.LoraLayout;
import java.util.List;

/** The section {@code lora}; reference.conf documents every key. */
record LoraConfig(
        String from, String base, String average, Output write, double strength, List<Integer> axes, double shardGb) {
    private static final double GIGABYTE = 1e9;

    /** What is written. */
    enum Output {
        DIFFUSERS(LoraLayout.DIFFUSERS),
        PEFT(LoraLayout.PEFT),
        KOHYA(LoraLayout.KOHYA),
        MERGED_BFL(null),
        MERGED_DIFFUSERS(null);

        private final LoraLayout layout;

        Output(LoraLayout layout) {
            this.layout = layout;
        }

        /** Layout of the LoRA; null for merged weights. */
        LoraLayout layout() {
            return layout;
        }
    }

    LoraConfig {
        if (from == null) {
            throw new IllegalArgumentException("expected from, a LoRA or a stage that has trained one, got none");
        }
        if (!Double.isFinite(strength)) {
            throw new IllegalArgumentException("expected a finite strength, got " + strength);
        }
        if (write.layout() != null && strength != 1) {
            throw new IllegalArgumentException("expected strength 1 for a LoRA that is not merged, got " + strength);
        }
        if (!(shardGb > 0)) {
            throw new IllegalArgumentException("expected shard-gb > 0, got " + shardGb);
        }
        axes = List.copyOf(axes);
    }

    /** Most bytes of a shard. */
    long shard() {
        return (long) Math.min(Long.MAX_VALUE, shardGb * GIGABYTE);
    }
}
