package io.flowmap.ingest.write;

import java.util.Arrays;
import org.apache.spark.Partitioner;

/** Assigns each block file its own partition. */
public final class BlockPartitioner extends Partitioner {
    private static final long serialVersionUID = 1;

    private final ShuffleKey[] starts;

    /** @param starts the first key of each block, ascending */
    BlockPartitioner(ShuffleKey[] starts) {
        this.starts = starts;
    }

    @Override
    public int numPartitions() {
        return starts.length;
    }

    @Override
    public int getPartition(Object key) {
        int found = Arrays.binarySearch(starts, (ShuffleKey) key);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockPartitioner partitioner && Arrays.equals(starts, partitioner.starts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(starts);
    }
}
