package io.flowmap.eval.feature;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;

/**
 * {@link InceptionV3} for images of one shape.
 *
 * @param weights weights of the network
 * @param resize method that resizes images to 299x299
 * @param dimension of the features, one of {@link InceptionV3#DIMENSIONS}: 2048 for the whole network, less for its first blocks
 * @param shape shape of the images, RGB or grey
 */
public record InceptionModel(InceptionWeights weights, Resize resize, int dimension, LatentShape shape)
        implements FeatureModel {
    /** A model with the features of the whole network. */
    public static final int FEATURES = 2048;

    public InceptionModel {
        if (!InceptionV3.DIMENSIONS.contains(dimension)) {
            throw new IllegalArgumentException(
                    "expected " + InceptionV3.DIMENSIONS + " features of InceptionV3, got " + dimension);
        }
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new UserError("cannot evaluate with InceptionV3: expected images of 1 or 3 channels, got " + shape);
        }
    }

    @Override
    public String name() {
        return "InceptionV3";
    }

    @Override
    public String hash() {
        return weights.hash();
    }

    /** Number of the network's blocks in use. */
    int blocks() {
        return InceptionV3.DIMENSIONS.indexOf(dimension) + 1;
    }

    /** Classes of the whole network. Its first blocks give features only. */
    @Override
    public int classes() {
        return blocks() == InceptionV3.DIMENSIONS.size() ? InceptionWeights.CLASSES : 1;
    }

    @Override
    public String preparation() {
        return resize.text();
    }

    @Override
    public FeatureNetwork open() {
        return new Inception(this);
    }
}
