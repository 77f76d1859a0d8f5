package io.flowmap.nn.edm2;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.UserError;
import io.flowmap.model.ForeignNetwork;
import io.flowmap.model.NetworkSpec;
import io.flowmap.nn.Parameter;
import io.flowmap.tensor.Float16;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A network of EDM2 as a velocity field v(x_t, t) = (x_t - D(x_t/(1-t); t/(1-t))) / t. This is an exact change of variables; {@link
 * io.flowmap.flow.NetworkField} computes it without the poles.
 *
 * @param source part of the file that holds the network
 * @param spec specification of the network, from the arguments in the snapshot
 * @param leftOut names of the arrays of the training uncertainty u(sigma), which the field does not use
 */
record Edm2Snapshot(ForeignCheckpoint source, NetworkSpec spec, List<String> leftOut) implements ForeignNetwork {
    private static final String FIELD = "unet.";
    private static final String UNCERTAINTY = "logvar_";
    private static final Set<TensorData.Type> REAL = EnumSet.of(
            TensorData.Type.FLOAT16, TensorData.Type.BFLOAT16, TensorData.Type.FLOAT32, TensorData.Type.FLOAT64);

    /**
     * Opens the network of a snapshot without reading its arrays. Throws {@link UserError} with the name of the array if one is missing,
     * misshapen or does not belong to a network with these arguments.
     */
    static Edm2Snapshot of(ForeignCheckpoint network) {
        NetworkSpec spec = Edm2Arguments.spec(network.name(), network.configuration());
        var rest = new TreeMap<>(network.arrays());
        int blocks = ((UNetConfig) spec.config()).numBlocks();
        if (blocks > rest.size()) { // check the count before listing all names
            throw mismatch(network, "arrays", blocks + " blocks a level", rest.size() + " arrays");
        }
        for (Parameter parameter : spec.network().parameters()) {
            require(network, FIELD + parameter.name(), parameter.shape(), rest.remove(FIELD + parameter.name()));
        }
        var leftOut = rest.keySet().stream()
                .filter(name -> name.startsWith(UNCERTAINTY))
                .toList();
        leftOut.forEach(rest::remove);
        if (!rest.isEmpty()) {
            Map.Entry<String, ForeignCheckpoint.ArrayInfo> first = rest.firstEntry();
            throw mismatch(network, Unpickler.printable(first.getKey()), "none", text(first.getValue()));
        }
        return new Edm2Snapshot(network, spec, leftOut);
    }

    private static void require(
            ForeignCheckpoint network, String name, long[] shape, ForeignCheckpoint.ArrayInfo found) {
        if (found == null || !Arrays.equals(found.shape(), shape) || !REAL.contains(found.type())) {
            throw mismatch(
                    network, name, "real numbers " + Arrays.toString(shape), found == null ? "none" : text(found));
        }
    }

    private static String text(ForeignCheckpoint.ArrayInfo array) {
        return array.type() + " " + Arrays.toString(array.shape());
    }

    private static UserError mismatch(ForeignCheckpoint network, String array, String expected, String got) {
        return new UserError(
                "cannot import " + network.name() + ", array " + array + ": expected " + expected + ", got " + got);
    }

    @Override
    public String file() {
        return source.name();
    }

    @Override
    public Iterable<float[]> arrays(boolean halfGains) {
        return () -> spec.network().parameters().list().stream()
                .map(parameter -> array(parameter, halfGains))
                .iterator();
    }

    private float[] array(Parameter parameter, boolean halfGains) {
        float[] values = source.read(FIELD + parameter.name()).floats();
        if (halfGains && parameter.kind() == Parameter.Kind.GAIN) {
            values[0] = halfGain(values[0], fanIn(parameter.name()));
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw mismatch(source, FIELD + parameter.name(), "finite numbers", Float.toString(value));
            }
        }
        return values;
    }

    /**
     * The gain g for which g / sqrt(fan-in) equals half(half(gain) / half(sqrt(fan-in))). EDM2 divides a gain by NumPy's square root, then
     * multiplies it with the weight, a float32 array. If the gain is a float16 tensor and the root a number, torch's result is float16, and
     * on the CPU it first rounds the number to float16 (until torch 2.1, pull request 98820).
     */
    static float halfGain(float gain, long fanIn) {
        double root = Math.sqrt(fanIn);
        return (float) (half(half(gain) / half((float) root)) * root);
    }

    private static float half(float value) {
        return Float16.toFloat(Float16.of(value));
    }

    /** Fan-in of the weight that the gain with this name multiplies. */
    private long fanIn(String gain) {
        var weight = gain.replace("out_gain", "out_conv.weight").replace("emb_gain", "emb_linear.weight");
        long[] shape = source.arrays().get(FIELD + weight).shape();
        return Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
    }
}
