package io.flowmap.ingest;

import io.flowmap.ingest.source.Portion;
import java.io.Serializable;

/**
 * A portion with its position in reading order.
 *
 * @param ordinal position, from 0, over all splits
 */
record ScanTask(int ordinal, String split, Portion portion) implements Serializable {
    /** Number of a split, used in keys of random numbers. */
    static long number(String split) {
        return split.equals(Inventory.TRAIN) ? 0 : 1;
    }

    /** Position of the portion's record {@code number} in the reading order of all records. */
    long position(long number) {
        return ((long) ordinal << 40) + number;
    }
}
