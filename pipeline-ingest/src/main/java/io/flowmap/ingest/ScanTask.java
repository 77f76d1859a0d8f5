package io.flowmap.ingest;

import io.flowmap.ingest.source.Portion;
import java.io.Serializable;

/**
 * A portion in the order of everything that is read.
 *
 * @param ordinal from 0, over all splits
 */
record ScanTask(int ordinal, String split, Portion portion) implements Serializable {
    /** A split as a word of a random number's key. */
    static long number(String split) {
        return split.equals(Inventory.TRAIN) ? 0 : 1;
    }

    /** Place of the portion's record {@code number} in the order of everything that is read. */
    long position(long number) {
        return ((long) ordinal << 40) + number;
    }
}
