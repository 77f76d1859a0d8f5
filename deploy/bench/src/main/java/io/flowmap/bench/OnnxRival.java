package io.flowmap.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * InceptionV3 from an ONNX file, input "x" [N,3,299,299], run by ONNX Runtime on the CPU.
 *
 * @param file contents of the file
 */
record OnnxRival(byte[] file, int threads) {
    private static final int SIZE = 3 * 299 * 299;
    private static final float HALF = 127.5f;

    /**
     * Result of a run.
     *
     * @param rate images per second
     * @param features of the last pass, row-major [batch, 2048]
     * @param first index of the first image of that pass
     */
    record Run(double rate, float[] features, int first) {}

    /**
     * Runs the images in batches, after one untimed pass.
     *
     * @param pixels uint8 [images,3,299,299]; a last incomplete batch is left out
     */
    Run run(byte[] pixels, int batch) {
        var environment = OrtEnvironment.getEnvironment();
        try (var options = new SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            try (var session = environment.createSession(file, options)) {
                var features = pass(environment, session, pixels, 0, batch);
                long start = System.nanoTime();
                int passes = pixels.length / SIZE / batch;
                for (int pass = 0; pass < passes; pass++) {
                    features = pass(environment, session, pixels, pass * batch, batch);
                }
                double rate = passes * batch / ((System.nanoTime() - start) * 1e-9);
                return new Run(rate, features, (passes - 1) * batch);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("cannot run InceptionV3 with ONNX Runtime", e);
        }
    }

    private static float[] pass(OrtEnvironment environment, OrtSession session, byte[] pixels, int from, int batch)
            throws OrtException {
        var values = new float[batch * SIZE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (pixels[from * SIZE + i] & 0xff) / HALF - 1;
        }
        long[] shape = {batch, 3, 299, 299};
        try (var x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
                var results = session.run(Map.of("x", x))) {
            var buffer = ((OnnxTensor) results.get(0)).getFloatBuffer();
            var features = new float[buffer.remaining()];
            buffer.get(features);
            return features;
        }
    }
}
