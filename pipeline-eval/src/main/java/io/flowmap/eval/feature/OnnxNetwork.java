package io.flowmap.eval.feature;

import io.flowmap.codec.OnnxSession;
import java.util.Arrays;

/**
 * Features of an {@link OnnxModel}. Images are resized by PIL's bicubic method on floats, clipped to 0..255, then (x/255 - mean) /
 * deviation.
 */
final class OnnxNetwork implements FeatureNetwork {
    private static final int COLOURS = 3;
    private static final float WHITE = 255;

    private final OnnxModel model;
    private final OnnxSession session;

    OnnxNetwork(OnnxModel model) {
        this.model = model;
        this.session = OnnxSession.of(model.file(), OnnxModel.NETWORK, model.bytes());
    }

    /** The shape of the single input if it is [N,3,H,W] with H = W, otherwise null. Dimensions below 1 are not fixed. */
    static long[] images(OnnxSession session) {
        var inputs = session.inputs();
        long[] shape = inputs.size() == 1 ? session.inputShape(inputs.get(0)) : new long[0];
        return shape.length == 4 && (shape[1] < 1 || shape[1] == COLOURS) && shape[2] == shape[3] ? shape : null;
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
            var part = features(session, prepared(images, from, rows), rows, model.batch(), model.side());
            System.arraycopy(part, 0, features, from * d, rows * d);
        }
        return new Features(count, features, new float[count]);
    }

    private float[] prepared(byte[] images, int from, int rows) {
        var shape = model.shape();
        int area = model.side() * model.side();
        var across = Taps.bicubic(shape.width(), model.side());
        var down = Taps.bicubic(shape.height(), model.side());
        var plane = new float[shape.height() * shape.width()];
        var prepared = new float[rows * COLOURS * area];
        for (int i = 0; i < rows * COLOURS; i++) {
            int colour = i % COLOURS;
            int source = (from + i / COLOURS) * shape.size() + colour % shape.channels() * plane.length;
            for (int j = 0; j < plane.length; j++) {
                plane[j] = images[source + j] & 0xff;
            }
            var resized = down.alongColumns(across.alongRows(plane, shape.width()), model.side());
            for (int j = 0; j < area; j++) {
                double pixel = Math.max(0, Math.min(WHITE, resized[j])) / WHITE;
                prepared[i * area + j] = (float)
                        ((pixel - model.mean().get(colour)) / model.deviation().get(colour));
            }
        }
        return prepared;
    }

    @Override
    public void close() {
        session.close();
    }
}
