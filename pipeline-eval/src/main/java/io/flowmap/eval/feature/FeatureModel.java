package io.flowmap.eval.feature;

import io.flowmap.data.LatentShape;
import java.io.Serializable;

/** The weights of a frozen feature network, a value that goes to the executors once. */
public sealed interface FeatureModel extends Serializable
        permits LeNetWeights, CifarResNetWeights, InceptionModel, OnnxModel {
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

    /** Resize of the images and range of their pixels, in words. */
    String preparation();

    /** The network. */
    FeatureNetwork open();
}
