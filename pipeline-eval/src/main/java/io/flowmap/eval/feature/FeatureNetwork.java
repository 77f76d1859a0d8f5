package io.flowmap.eval.feature;

/** A frozen network from images to features and class probabilities. Not thread-safe: use one instance per task. */
public interface FeatureNetwork extends AutoCloseable {
    /** The weights that it was built from. */
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
