package io.flowmap.eval.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.data.LatentShape;
import io.flowmap.testing.Npy;
import io.flowmap.testing.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** InceptionV3 with weights given by a formula, compared with pytorch-fid, torch-fidelity and clean-fid. */
@Tag("reference")
@TestInstance(Lifecycle.PER_CLASS)
class InceptionReferenceTest {
    private static final Logger LOG = LoggerFactory.getLogger(InceptionReferenceTest.class);
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final double TOLERANCE = 1e-4;

    /** Names of a resize's arrays in the reference: of the features, and of the resized rows, with the white level that divides them. */
    private enum Variant {
        PYTORCH(Resize.PYTORCH, "_ptfid_f64", "_ptfid_resized_ch0_rows0_20_f64", 1),
        TENSORFLOW1(Resize.TENSORFLOW1, "_tf1resize_m128_f32", "_tf1_resized_ch0_rows0_20_f32", 255),
        PIL(Resize.PIL_BICUBIC, "_cleanfid_f32", "_cleanfid_resized_ch0_rows0_20_f32", 255);

        private final Resize resize;
        private final String features;
        private final String rows;
        private final double white;

        Variant(Resize resize, String features, String rows, double white) {
            this.resize = resize;
            this.features = features;
            this.rows = rows;
            this.white = white;
        }
    }

    private Path folder;
    private Map<String, Npy> images;
    private Map<String, Npy> expected;

    @BeforeAll
    void read() {
        folder = Reference.require("inception");
        images = Reference.arrays(folder, "images_uint8_hwc");
        expected = Reference.arrays(folder, "features");
    }

    @Test
    void resizedRowsMatchTheTools() {
        int cases = 0;
        for (var image : images.entrySet()) {
            for (var variant : Variant.values()) {
                var rows = expected.get(image.getKey() + variant.rows);
                if (rows != null) {
                    var resized = resized(image.getValue(), variant.resize);
                    var actual = new double[rows.values().length];
                    for (int i = 0; i < actual.length; i++) {
                        double scaled = variant == Variant.PYTORCH ? (resized[i] + 1) / 2 : resized[i] * 128 + 128;
                        actual[i] = scaled;
                    }
                    var name = image.getKey() + variant.rows;
                    for (int i = 0; i < actual.length; i++) {
                        assertThat(actual[i]).as(name).isCloseTo(rows.values()[i], within(1e-5 * variant.white));
                    }
                    cases++;
                }
            }
        }
        Reference.checked(folder, cases);
    }

    @Test
    void featuresOfEveryResizeAndMeansOfEveryBlockMatch() {
        var weights = InceptionWeights.read(new StateDict("InceptionV3", "formula", weights()), "formula");
        int cases = 0;
        long nanos = 0;
        try (var network = Inception.network(weights, 4, 1)) {
            for (var image : images.entrySet()) {
                for (var variant : Variant.values()) {
                    var features = expected.get(image.getKey() + variant.features);
                    if (features != null) {
                        var resized = resized(image.getValue(), variant.resize);
                        long begun = System.nanoTime();
                        var outputs = network.apply(resized);
                        nanos += System.nanoTime() - begun;
                        check(image.getKey() + variant.features, outputs.get(3), features);
                        cases++;
                        if (variant == Variant.PYTORCH) {
                            checkBlocks(image.getKey(), outputs);
                        }
                    }
                }
            }
        }
        LOG.info("inception: {} images one by one in {} s", cases, nanos / 1e9);
        Reference.checked(folder, cases);
    }

    @Test
    void theFirstBlocksAloneGiveTheSameFeatures() {
        var weights = InceptionWeights.read(new StateDict("InceptionV3", "formula", weights()), "formula");
        int cases = 0;
        for (int blocks = 1; blocks < 4; blocks++) {
            for (var image : images.entrySet()) {
                var name = image.getKey() + "_ptfid_block" + (blocks - 1) + "_spatialmean_f64";
                if (expected.containsKey(name)) {
                    var pixels = image.getValue();
                    var model = new InceptionModel(
                            weights, Resize.PYTORCH, InceptionV3.DIMENSIONS.get(blocks - 1), shape(pixels));
                    try (var network = model.open()) {
                        var features = network.apply(planes(pixels), 1);
                        check(name, features.features(), expected.get(name));
                        assertThat(features.features()).hasSize(model.dimension());
                    }
                    cases++;
                    break;
                }
            }
        }
        assertThat(cases).isEqualTo(3);
    }

    private void checkBlocks(String image, List<float[]> outputs) {
        for (int block = 0; block < 3; block++) {
            var name = image + "_ptfid_block" + block + "_spatialmean_f64";
            check(name, outputs.get(block), expected.get(name));
        }
    }

    private static void check(String name, float[] actual, Npy expected) {
        var values = new double[actual.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = actual[i];
        }
        double error = Reference.relativeToMaximum(values, expected.values());
        LOG.info("inception: {} error={}", name, error);
        assertThat(error).as(name).isLessThan(TOLERANCE);
    }

    /** The image [1,3,299,299] in the network's range. */
    private static float[] resized(Npy hwc, Resize resize) {
        var resized = new float[3 * InceptionV3.SIDE * InceptionV3.SIDE];
        resize.apply(planes(hwc), 0, shape(hwc), InceptionV3.SIDE, resized, 0);
        return resized;
    }

    private static LatentShape shape(Npy hwc) {
        return new LatentShape(3, Math.toIntExact(hwc.shape()[0]), Math.toIntExact(hwc.shape()[1]));
    }

    /** Pixels [3,H,W]. */
    private static byte[] planes(Npy hwc) {
        int area = hwc.values().length / 3;
        var planes = new byte[3 * area];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (byte) hwc.values()[i % area * 3 + i / area];
        }
        return planes;
    }

    private Map<String, TensorData> weights() {
        var index = Reference.json(folder, "weights_index");
        long seed = index.path("setseed").asLong();
        var arrays = new HashMap<String, TensorData>();
        for (var tensor : index.path("tensors")) {
            var name = tensor.get(0).asText();
            var shape = new long[tensor.get(1).size()];
            Arrays.setAll(shape, i -> tensor.get(1).get(i).asLong());
            var values = values(name, shape, seed);
            double sum = 0;
            double magnitudes = 0;
            for (float value : values) {
                sum += value;
                magnitudes += Math.abs(value);
            }
            assertThat(sum).as(name).isCloseTo(tensor.get(3).asDouble(), within(1e-6 * magnitudes));
            arrays.put(name, TensorData.of(values, 0, shape));
        }
        return arrays;
    }

    /**
     * The formula in the reference's README. For the last layer it is scaled by 1/sqrt(fan-in) and 0.1, as its first values and sums
     * show.
     */
    private static float[] values(String name, long[] shape, long seed) {
        long hash = 0xcbf29ce484222325L;
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ letter & 0xff) * 0x100000001b3L;
        }
        long fanIn = 1;
        long length = 1;
        for (int i = 0; i < shape.length; i++) {
            fanIn *= i == 0 ? 1 : shape[i];
            length *= shape[i];
        }
        var values = new float[(int) length];
        for (int i = 0; i < values.length; i++) {
            long z = (hash ^ seed * GOLDEN) + (i + 1) * GOLDEN;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            z ^= z >>> 31;
            values[i] = (float) value(name, (z >>> 11) * 0x1p-53, fanIn);
        }
        return values;
    }

    private static double value(String name, double u, long fanIn) {
        if (name.endsWith(".bn.weight")) {
            return 0.8 + 0.4 * u;
        }
        if (name.endsWith(".running_var")) {
            return 0.7 + 0.6 * u;
        }
        if (name.endsWith(".bias") || name.endsWith(".running_mean")) {
            return (2 * u - 1) * 0.1;
        }
        if (name.endsWith(".weight")) {
            return (2 * u - 1) * Math.sqrt((name.startsWith("fc") ? 1.0 : 6.0) / fanIn);
        }
        return 0;
    }
}
