package io.flowmap.eval.feature;

/**
 * A convolutional classifier after LeCun et al. 1998, in the usual form with max-pooling and ReLU: 84 features, K classes. Input images
 * have one or three channels, at least 16 pixels a side, and are scaled to [0, 1].
 */
public final class LeNet implements FeatureNetwork {
    /** Its name in metrics. */
    public static final String NAME = "LeNet";

    private static final float PIXEL = 1 / 255f;

    private final LeNetWeights weights;
    private final LeNetGraph graph;

    public LeNet(LeNetWeights weights) {
        this.weights = weights;
        this.graph = new LeNetGraph(weights);
    }

    @Override
    public FeatureModel model() {
        return weights;
    }

    @Override
    public Features apply(byte[] images, int count) {
        if (images.length != count * weights.shape().size()) {
            throw new IllegalArgumentException("cannot apply LeNet: expected " + count + " images of " + weights.shape()
                    + ", got " + images.length + " bytes");
        }
        var pixels = new float[images.length];
        scale(images, 0, pixels, 0, images.length);
        return graph.forward(pixels, count);
    }

    @Override
    public void close() {
        graph.close();
    }

    static void scale(byte[] from, int fromIndex, float[] to, int toIndex, int length) {
        for (int i = 0; i < length; i++) {
            to[toIndex + i] = (from[fromIndex + i] & 0xff) * PIXEL;
        }
    }
}
