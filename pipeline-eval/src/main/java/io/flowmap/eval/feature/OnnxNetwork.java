package io.flowmap.eval.feature;

import io.flowmap.codec.OnnxSession;
import java.util.Arrays;

/** Features of an {@link OnnxModel}, of images as {@link Preparation} has them. */
final class OnnxNetwork implements FeatureNetwork {
    private static final int COLOURS = 3;

    private final OnnxModel model;
    private final Preparation preparation;
    private final OnnxSession session;

    OnnxNetwork(OnnxModel model) {
        this.model = model;
        this.preparation = model.images();
        this.session = OnnxSession.of(model.file(), OnnxModel.NETWORK, model.bytes());
    }

    /** The shape of the single input if it is [N,3,H,W] with H = W, otherwise null. Dimensions below 1 are not fixed. */
    static long[] images(OnnxSession session) {
        var inputs = session.inputs();
        long[] shape = inputs.size() == 1 ? session.inputShape(inputs.get(0)) : new long[0];
        return OnnxConfig.takesImages(shape) ? shape : null;
    }

    /**
     * The first output for images [count,3,side,side], row-major [count,D]. If the file fixes the batch size, count must not exceed it;
     * missing images are filled with zeros.
     */
    static float[] features(OnnxSession session, float[] images, int count, int batch, int side) {
        int rows = Math.max(count, batch);
        float[] given = Arrays.copyOf(images, rows * COLOURS * side * side);
        long[] shape = {rows, COLOURS, side, side};
        float[] values = session.run(
                        session.inputs().get(0), shape, given, session.outputs().get(0))
                .values();
        return Arrays.copyOf(values, values.length / rows * count);
    }

    @Override
    public FeatureModel model() {
        return model;
    }

    @Override
    public Features apply(byte[] images, int count) {
        int d = model.dimension();
        var features = new float[count * d];
        int most = model.batch() == 0 ? count : model.batch();
        for (int from = 0; from < count; from += most) {
            int rows = Math.min(most, count - from);
            var part = features(session, preparation.of(images, from, rows), rows, model.batch(), model.side());
            System.arraycopy(part, 0, features, from * d, rows * d);
        }
        return new Features(count, features, new float[count]);
    }

    @Override
    public void close() {
        session.close();
    }
}
