package io.flowmap.distill.train.average;

import org.apache.spark.Partitioner;

/** Assigns block keys to reducers in turn. */
public final class BlockPartitioner extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int partitions;

    BlockPartitioner(int partitions) {
        this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
        return partitions;
    }

    @Override
    public int getPartition(Object key) {
        return (Integer) key % partitions;
    }
}
