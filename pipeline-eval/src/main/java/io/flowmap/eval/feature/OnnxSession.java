package io.flowmap.eval.feature;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** An ONNX network in ONNX Runtime, on one thread: a task has a core. Not thread-safe. */
final class OnnxSession implements AutoCloseable {
    private static final int COLOURS = 3;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final String input;
    private final long[] shape;

    OnnxSession(byte[] bytes) throws OrtException {
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(bytes, options);
        }
        var inputs = List.copyOf(session.getInputInfo().values());
        if (inputs.size() != 1 || !(inputs.get(0).getInfo() instanceof TensorInfo info) || !isImages(info.getShape())) {
            session.close();
            throw new IllegalArgumentException("inputs " + inputs);
        }
        input = inputs.get(0).getName();
        shape = info.getShape();
    }

    /** Whether a shape, in which what is below 1 is not fixed, is that of square images [N,3,H,W]. */
    private static boolean isImages(long[] shape) {
        return shape.length == 4 && (shape[1] < 1 || shape[1] == COLOURS) && shape[2] == shape[3];
    }

    /** Height and width of the input, 0 where they are not fixed. */
    int side() {
        return (int) Math.max(0, shape[2]);
    }

    /** Images that the file takes at once, 0 for any number. */
    int batch() {
        return (int) Math.max(0, shape[0]);
    }

    /**
     * Features of images [count,3,side,side], row-major [count,D]. Where the file fixes how many it takes, there must be no more; the rest
     * is filled with zeros.
     */
    float[] apply(float[] images, int count, int side) throws OrtException {
        int rows = Math.max(count, batch());
        var given = FloatBuffer.allocate(rows * COLOURS * side * side);
        given.put(images, 0, count * COLOURS * side * side).rewind();
        try (var tensor = OnnxTensor.createTensor(environment, given, new long[] {rows, COLOURS, side, side});
                var outputs = session.run(Map.of(input, tensor))) {
            if (!(outputs.get(0) instanceof OnnxTensor output) || output.getFloatBuffer() == null) {
                throw new IllegalArgumentException("a first output that is no tensor of float32");
            }
            var values = output.getFloatBuffer();
            var features = new float[values.remaining() / rows * count];
            values.get(features);
            return features;
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
