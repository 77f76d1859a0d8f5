package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;
import java.io.Serializable;

/** The weights of a frozen feature network, broadcast to the executors once. */
public sealed interface FeatureModel extends Serializable
        permits BlockMeans, LeNetWeights, CifarResNetWeights, InceptionModel, OnnxModel, Dl4jModel, Vgg16Model {
    /** Name of the network in metrics: a Frechet distance of its features is "FD-" and this name. */
    String name();

    /** SHA-256 of the weights. */
    String hash();

    /** Shape [C,H,W] of its input images. */
    LatentShape shape();

    /** Features per image, D. */
    int dimension();

    /** Classes, K. */
    int classes();

    /** Resize of the images and range of their pixels, as text for the protocol. */
    String preparation();

    /** Builds the network. */
    FeatureNetwork open();
}
