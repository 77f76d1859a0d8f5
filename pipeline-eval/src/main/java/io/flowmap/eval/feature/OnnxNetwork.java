package io.flowmap.eval.feature;

import ai.onnxruntime.OrtException;

/** Features of an {@link OnnxModel}: images resized as PIL's bicubic on floats, clipped to 0..255, (x/255 - mean) / deviation. */
final class OnnxNetwork implements FeatureNetwork {
    private static final int COLOURS = 3;
    private static final float WHITE = 255;

    private final OnnxModel model;
    private final OnnxSession session;

    OnnxNetwork(OnnxModel model) {
        this.model = model;
        try {
            session = new OnnxSession(model.bytes());
        } catch (OrtException e) {
            throw new IllegalStateException("cannot open " + model.file(), e);
        }
    }

    @Override
    public FeatureModel model() {
        return model;
    }

    @Override
    public Features apply(byte[] images, int count) {
        int d = model.dimension();
        var features = new float[count * d];
        int most = session.batch() == 0 ? count : session.batch();
        for (int from = 0; from < count; from += most) {
            int rows = Math.min(most, count - from);
            try {
                var part = session.apply(prepared(images, from, rows), rows, model.side());
                System.arraycopy(part, 0, features, from * d, rows * d);
            } catch (OrtException e) {
                throw new IllegalStateException("cannot apply " + model.file(), e);
            }
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
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close " + model.file(), e);
        }
    }
}
