package io.flowmap.nn;

import java.util.Set;

/**
 * The linear maps of a network that have low-rank adapters. A map is named like its weight without {@code .weight}; a map that is fused
 * with others has its part's name appended, {@code double_blocks.0.img_attn.qkv.q}.
 */
@FunctionalInterface
public interface Adapters {
    /** What the name of a map is followed by in the name of its A. */
    String DOWN = ".lora_A.weight";

    /** What the name of a map is followed by in the name of its B. */
    String UP = ".lora_B.weight";

    /** The adapter of a linear map, null if it has none. */
    Adapter of(String map);

    /**
     * Called once the network is emitted.
     *
     * @param maps names of all maps that could have an adapter
     * @throws IllegalArgumentException if an adapter was meant for a map that the network does not have
     */
    default void requireUsed(Set<String> maps) {}

    /**
     * A low-rank adapter of a weight W [out,in] or [out,in,1,1]: W + scale B A, with A [rank,in] in {@code <map>.lora_A.weight} and B
     * [out,rank] in {@code <map>.lora_B.weight} (Hu et al. 2022, LoRA).
     *
     * @param rank at least 1; it may exceed the sizes of W
     */
    record Adapter(int rank, double scale) {
        public Adapter {
            if (rank < 1 || !Double.isFinite(scale)) {
                throw new IllegalArgumentException(
                        "expected an adapter of rank 1 or more and a finite scale, got " + rank + ", " + scale);
            }
        }
    }
}
