package io.flowmap.eval.protocol;

import io.flowmap.eval.feature.Resize;

/** Which network gives the features of a named protocol. */
public sealed interface FeatureSource {
    /**
     * InceptionV3, from {@code evaluate.inception}.
     *
     * @param resize of the images
     */
    record Inception(Resize resize) implements FeatureSource {}

    /**
     * A CIFAR ResNet, from {@code evaluate.resnet56}.
     *
     * @param depth layers
     */
    record ResNet(int depth) implements FeatureSource {}

    /** DINOv2 as an ONNX file, from {@code evaluate.dinov2}. */
    record Dinov2() implements FeatureSource {}

    /**
     * An ONNX file.
     *
     * @param file its path
     */
    record Onnx(String file) implements FeatureSource {}
}
