package io.flowmap.eval.feature;

import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.StateDict;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Sha256;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.tensor.ParameterLayout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The parameters of a {@link LeNet} as one flat vector, and their form as a safetensors file.
 *
 * @param shape shape of the images, at least 16 pixels a side
 * @param classes K
 * @param flat all parameters, at the offsets of {@link #layout()}
 */
public record LeNetWeights(LatentShape shape, int classes, float[] flat) implements FeatureModel {
    static final int FEATURES = 84;
    static final int FIRST_MAPS = 20;
    static final int SECOND_MAPS = 50;
    static final int KERNEL = 5;
    private static final int SMALLEST = 16;
    private static final Pattern SIZE = Pattern.compile("[1-9]\\d{0,3}");

    public LeNetWeights {
        if (flat.length != layout(shape, classes).length()) {
            throw new UserError("cannot make LeNet: expected "
                    + layout(shape, classes).length() + " parameters for " + shape + ", got " + flat.length);
        }
    }

    /** Weights of variance 2 / fan-in (He et al. 2015), biases 0. */
    public static LeNetWeights initial(LatentShape shape, int classes, long seed) {
        var layout = layout(shape, classes);
        var flat = new float[Math.toIntExact(layout.length())];
        var random = new CounterRandom(seed);
        for (int i = 0; i < layout.entries().size(); i++) {
            var entry = layout.entries().get(i);
            if (entry.shape().length > 1) {
                int from = (int) entry.offset();
                int length = (int) entry.length();
                random.gaussians(flat, from, length, i);
                double deviation = Math.sqrt(2.0 * entry.shape()[entry.shape().length - 1] / length);
                for (int j = from; j < from + length; j++) {
                    flat[j] *= (float) deviation;
                }
            }
        }
        return new LeNetWeights(shape, classes, flat);
    }

    /** Names, shapes and offsets; convolutions are [kH,kW,in,out], matrices [in,out]. */
    public ParameterLayout layout() {
        return layout(shape, classes);
    }

    /** Contents of the file; equal weights give equal bytes. */
    public byte[] toBytes() {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (var entry : layout().entries()) {
            tensors.put(entry.name(), TensorData.of(flat, (int) entry.offset(), entry.shape()));
        }
        var out = new ByteArrayOutputStream();
        try {
            SafeTensors.write(
                    out,
                    tensors,
                    new TreeMap<>(Map.of(
                            "network", LeNet.NAME,
                            "channels", Integer.toString(shape.channels()),
                            "height", Integer.toString(shape.height()),
                            "width", Integer.toString(shape.width()),
                            "classes", Integer.toString(classes))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Reads the weights from a file. Throws {@link UserError} if it holds another network. */
    public static LeNetWeights fromBytes(byte[] file, String name) {
        var content = content(file, name);
        var dict = new StateDict("a LeNet", name, content.tensors());
        var sizes = Stream.of("channels", "height", "width", "classes")
                .mapToInt(key -> number(dict, key, content.metadata().get(key)))
                .toArray();
        var shape = shape(dict, sizes);
        var layout = layout(shape, sizes[3]);
        var arrays = layout.entries().stream()
                .map(entry -> dict.take(entry.name(), entry.shape()))
                .toList();
        dict.requireAllTaken();
        var flat = FloatBuffer.allocate(Math.toIntExact(layout.length()));
        for (double[] array : arrays) {
            for (double value : array) {
                flat.put((float) value);
            }
        }
        return new LeNetWeights(shape, sizes[3], flat.array());
    }

    private static SafeTensors.Content content(byte[] file, String name) {
        try {
            return SafeTensors.read(new ByteArrayInputStream(file), file.length, name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    private static LatentShape shape(StateDict dict, int[] sizes) {
        try {
            return new LatentShape(sizes[0], sizes[1], sizes[2]);
        } catch (IllegalArgumentException e) {
            throw dict.mistake("metadata of smaller images", Arrays.toString(sizes));
        }
    }

    private static int number(StateDict dict, String key, String value) {
        if (value == null || !SIZE.matcher(value).matches()) {
            throw dict.mistake("metadata " + key + " from 1 to 9999", value == null ? "none" : value);
        }
        return Integer.parseInt(value);
    }

    @Override
    public String name() {
        return LeNet.NAME;
    }

    /** SHA-256 of {@link #toBytes()}. */
    @Override
    public String hash() {
        return Sha256.of(toBytes());
    }

    @Override
    public int dimension() {
        return FEATURES;
    }

    @Override
    public String preparation() {
        return "as they are, x/255";
    }

    @Override
    public FeatureNetwork open() {
        return new LeNet(this);
    }

    /** Height or width after both convolutions and poolings. */
    static int pooled(int side) {
        return (side / 2 - KERNEL + 1) / 2;
    }

    private static ParameterLayout layout(LatentShape shape, int classes) {
        if (shape.height() < SMALLEST || shape.width() < SMALLEST || classes < 2) {
            throw new UserError(
                    "cannot make LeNet: expected images of 16 pixels or more a side and 2 or more classes, got " + shape
                            + " and " + classes);
        }
        int flattened = SECOND_MAPS * pooled(shape.height()) * pooled(shape.width());
        var shapes = new LinkedHashMap<String, long[]>();
        shapes.put("conv1.weight", new long[] {KERNEL, KERNEL, shape.channels(), FIRST_MAPS});
        shapes.put("conv1.bias", new long[] {FIRST_MAPS});
        shapes.put("conv2.weight", new long[] {KERNEL, KERNEL, FIRST_MAPS, SECOND_MAPS});
        shapes.put("conv2.bias", new long[] {SECOND_MAPS});
        shapes.put("dense.weight", new long[] {flattened, FEATURES});
        shapes.put("dense.bias", new long[] {FEATURES});
        shapes.put("output.weight", new long[] {FEATURES, classes});
        shapes.put("output.bias", new long[] {classes});
        return ParameterLayout.of(shapes);
    }
}
