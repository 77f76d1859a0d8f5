package io.flowmap.eval.set;

import org.apache.spark.Partitioner;

/** Puts neighbouring blocks into one partition, with partitions in block order: reading partitions in order reads blocks in order. */
public final class BlockPartitioner extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int blocks;
    private final int partitions;

    BlockPartitioner(int blocks, int parallelism) {
        this.blocks = Math.max(1, blocks);
        this.partitions = Math.max(1, Math.min(blocks, parallelism));
    }

    @Override
    public int numPartitions() {
        return partitions;
    }

    @Override
    public int getPartition(Object key) {
        return (int) ((long) (Integer) key * partitions / blocks);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockPartitioner that && blocks == that.blocks && partitions == that.partitions;
    }

    @Override
    public int hashCode() {
        return 31 * blocks + partitions;
    }
}
