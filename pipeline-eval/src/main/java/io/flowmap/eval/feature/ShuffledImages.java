package io.flowmap.eval.feature;

import io.flowmap.tensor.CounterRandom;

/** Endless iteration over labelled images: blocks are permuted by (seed, epoch), the images of a block by (seed, epoch, block). */
final class ShuffledImages {
    private final LabelledImages images;
    private final CounterRandom random;
    private long epoch = -1;
    private int[] blockOrder = new int[0];
    private int nextBlock;
    private LabelledImages.Block block;
    private int[] order = new int[0];
    private int next;

    ShuffledImages(LabelledImages images, long seed) {
        this.images = images;
        this.random = new CounterRandom(seed);
    }

    /** Number of values in an image. */
    int size() {
        return images.shape().size();
    }

    /** Copies the next images, scaled to [0, 1], and writes their labels. */
    void read(float[] pixels, int[] labels) {
        int size = images.shape().size();
        for (int i = 0; i < labels.length; i++, next++) {
            while (next == order.length) {
                openNextBlock();
            }
            int row = order[next];
            labels[i] = block.labels()[row];
            LeNet.scale(block.pixels(), row * size, pixels, i * size, size);
        }
    }

    private void openNextBlock() {
        if (nextBlock == blockOrder.length) {
            epoch++;
            blockOrder = random.permutation(images.blocks(), epoch);
            nextBlock = 0;
        }
        int number = blockOrder[nextBlock++];
        block = images.block(number);
        order = random.permutation(block.labels().length, epoch, number);
        next = 0;
    }
}
