package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.Tensors.ArrayInfo;
import io.flowmap.checkpoint.pickle.Unpickler;
import io.flowmap.config.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Everything that is wrong with the tensors of a file, reported at once. */
final class KeyReport {
    private static final Set<TensorData.Type> REAL =
            EnumSet.of(TensorData.Type.FLOAT32, TensorData.Type.FLOAT16, TensorData.Type.BFLOAT16);

    private final List<String> unknown = new ArrayList<>();
    private final List<String> placeless = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> different = new ArrayList<>();

    /** A tensor that nothing asks for. */
    void unknown(String name, ArrayInfo info) {
        unknown.add(Unpickler.printable(name) + " " + text(info));
    }

    /** A tensor that a layout to be written has no name for. */
    void placeless(String name, ArrayInfo info) {
        placeless.add(name + " " + text(info));
    }

    void missing(String name, String shape) {
        missing.add(name + " " + shape);
    }

    void different(String name, String expected, String got) {
        different.add(Unpickler.printable(name) + ": expected " + expected + ", got " + got);
    }

    /** Reports the tensor unless it has the shape and a type of real numbers. */
    void require(String name, long[] shape, ArrayInfo info) {
        if (!Arrays.equals(shape, info.shape())) {
            different(name, Arrays.toString(shape), Arrays.toString(info.shape()));
        } else {
            requireReal(name, info);
        }
    }

    /** Reports the tensor unless it has a type of real numbers. */
    void requireReal(String name, ArrayInfo info) {
        if (!REAL.contains(info.type())) {
            different(name, "float32, float16 or bfloat16", String.valueOf(info.type()));
        }
    }

    /** Reports what differs from these names and shapes. */
    KeyReport compare(Map<String, long[]> expected, Map<String, ArrayInfo> found) {
        var left = new LinkedHashMap<>(found);
        expected.forEach((name, shape) -> {
            var info = left.remove(name);
            if (info == null) {
                missing(name, Arrays.toString(shape));
            } else {
                require(name, shape, info);
            }
        });
        left.forEach(this::unknown);
        return this;
    }

    /**
     * Throws {@link UserError} with all names if anything was reported.
     *
     * @param attempt for the message: "cannot read FILE as a FLUX transformer"
     */
    void requireNothing(String attempt) {
        var parts = new ArrayList<String>();
        add(parts, missing, "missing");
        add(parts, unknown, "not understood");
        add(parts, placeless, "without a place there");
        add(parts, different, "of another shape or type");
        if (!parts.isEmpty()) {
            throw new UserError(attempt + ": " + String.join("; ", parts));
        }
    }

    private static void add(List<String> parts, List<String> names, String what) {
        if (!names.isEmpty()) {
            parts.add(names.size() + " " + what + ": " + String.join(", ", names));
        }
    }

    static String text(ArrayInfo info) {
        return info.type().code() + Arrays.toString(info.shape());
    }
}
