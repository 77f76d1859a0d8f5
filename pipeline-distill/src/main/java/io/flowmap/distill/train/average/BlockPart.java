package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;

/**
 * One worker's part of a block on its way to the average, or the worker's report.
 *
 * @param worker number of the logical worker
 * @param values vector that holds the block, null for a report
 * @param from position of the block in {@code values}
 * @param size floats in the block
 * @param report bytes of a report, null for a block
 */
record BlockPart(int worker, Floats values, int from, int size, byte[] report) {
    static BlockPart block(int worker, Floats values, int from, int size) {
        return new BlockPart(worker, values, from, size, null);
    }

    static BlockPart report(int worker, byte[] report) {
        return new BlockPart(worker, null, 0, 0, report);
    }
}
