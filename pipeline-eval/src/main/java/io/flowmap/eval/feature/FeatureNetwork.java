package io.flowmap.eval.feature;

/** A frozen network from images to features and class probabilities. Not thread-safe: one instance a task. */
public interface FeatureNetwork extends AutoCloseable {
    /** What it was made of. */
    FeatureModel model();

    /**
     * Features and log probabilities of uint8 images.
     *
     * @param images [count,C,H,W]
     */
    Features apply(byte[] images, int count);

    @Override
    void close();
}
