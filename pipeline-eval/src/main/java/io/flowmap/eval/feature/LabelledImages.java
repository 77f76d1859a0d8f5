package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;

/** Labelled uint8 images in blocks; one block is in memory at a time. */
public interface LabelledImages {
    /** Shape [C,H,W] of every image. */
    LatentShape shape();

    /** Classes, K. */
    int classes();

    /** Number of blocks. */
    int blocks();

    /** Reads a block. */
    Block block(int number);

    /**
     * Consecutive images.
     *
     * @param labels classes 0 .. K-1 [N]
     * @param pixels [N,C,H,W]
     */
    record Block(int[] labels, byte[] pixels) {}
}
