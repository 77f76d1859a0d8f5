package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;

/** A frozen network from images to features and class probabilities. Not thread-safe: one instance a task. */
public interface FeatureNetwork extends AutoCloseable {
    /** The name that metrics carry: a Frechet distance of these features is "FD-" and this. */
    String name();

    /** SHA-256 of the weights. */
    String hash();

    /** Shape [C,H,W] of the images it takes. */
    LatentShape shape();

    /** Features an image, D. */
    int dimension();

    /** Classes, K. */
    int classes();

    /**
     * Features and log probabilities of uint8 images.
     *
     * @param images [count,C,H,W]
     */
    Features apply(byte[] images, int count);

    @Override
    void close();
}
