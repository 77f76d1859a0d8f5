package io.flowmap.distill.train.average;

import java.io.Serializable;

/**
 * How vectors of one length are cut into blocks. Key {@code k} names block {@code k % blocksPerVector} of vector
 * {@code k / blocksPerVector}.
 *
 * @param length floats in each vector
 * @param vectors number of vectors
 * @param blockFloats floats in a block; the last block of a vector may be shorter
 */
public record BlockPlan(int length, int vectors, int blockFloats) implements Serializable {
    public BlockPlan {
        if (length < 1 || vectors < 1 || blockFloats < 1) {
            throw new IllegalArgumentException(
                    "cannot cut " + vectors + " vectors of " + length + " floats into blocks of " + blockFloats);
        }
    }

    int blocksPerVector() {
        return (length - 1) / blockFloats + 1;
    }

    int blocks() {
        return vectors * blocksPerVector();
    }

    int vector(int key) {
        return key / blocksPerVector();
    }

    int from(int key) {
        return key % blocksPerVector() * blockFloats;
    }

    int size(int key) {
        return Math.min(blockFloats, length - from(key));
    }

    /** Bytes of all blocks together. */
    long bytes() {
        return 4L * length * vectors;
    }
}
