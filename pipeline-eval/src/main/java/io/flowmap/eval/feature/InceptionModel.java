package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;
import io.flowmap.job.UserError;

/**
 * {@link InceptionV3} on images of one shape.
 *
 * @param weights of the network
 * @param resize how images become 299x299
 * @param shape of the images, RGB or grey
 */
public record InceptionModel(InceptionWeights weights, Resize resize, LatentShape shape) implements FeatureModel {
    public InceptionModel {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new UserError("cannot evaluate by InceptionV3: expected images of 1 or 3 channels, got " + shape);
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

    @Override
    public int dimension() {
        return InceptionV3.DIMENSIONS.get(InceptionV3.DIMENSIONS.size() - 1);
    }

    @Override
    public int classes() {
        return InceptionWeights.CLASSES;
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
