package io.flowmap.distill.train.average;

import java.io.Serializable;
import java.util.stream.IntStream;

/** Vectors as byte blocks, the form in which they are broadcast: serialization copies bytes in bulk but encodes floats one by one. */
public final class BlockedVectors implements Serializable {
    private static final long serialVersionUID = 1;

    private final BlockPlan plan;
    private final byte[][] blocks;

    private BlockedVectors(BlockPlan plan, byte[][] blocks) {
        this.plan = plan;
        this.blocks = blocks;
    }

    static BlockedVectors allocate(BlockPlan plan) {
        var blocks = new byte[plan.blocks()][];
        for (int key = 0; key < blocks.length; key++) {
            blocks[key] = new byte[4 * plan.size(key)];
        }
        return new BlockedVectors(plan, blocks);
    }

    BlockPlan plan() {
        return plan;
    }

    /** Overwrites the blocks with {@code vectors} [plan.vectors][plan.length]. */
    void encode(float[][] vectors) {
        IntStream.range(0, blocks.length)
                .parallel()
                .forEach(key ->
                        FloatBytes.toBytes(vectors[plan.vector(key)], plan.from(key), plan.size(key), blocks[key]));
    }

    /** Copies vector number {@code vector} into {@code target} [plan.length]. */
    public void decode(int vector, float[] target) {
        int first = vector * plan.blocksPerVector();
        for (int key = first; key < first + plan.blocksPerVector(); key++) {
            FloatBytes.toFloats(blocks[key], target, plan.from(key), plan.size(key));
        }
    }
}
