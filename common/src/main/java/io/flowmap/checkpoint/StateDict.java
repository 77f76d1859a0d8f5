package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Arrays of a foreign network by name. The importing network takes each array with the shape that it expects. A missing, misshapen or
 * unknown array is a {@link UserError} that names the file, the array and both shapes.
 */
public final class StateDict {
    private final String network;
    private final String file;
    private final Map<String, TensorData> arrays;
    private final TreeSet<String> left;

    /**
     * @param network what the file should hold, for messages: "a TAEF2 encoder"
     * @param file origin of the arrays, for messages
     */
    public StateDict(String network, String file, Map<String, TensorData> arrays) {
        this.network = network;
        this.file = file;
        this.arrays = new LinkedHashMap<>(arrays);
        this.left = new TreeSet<>(arrays.keySet());
    }

    /** Whether there is an array with this name. */
    public boolean has(String name) {
        return arrays.containsKey(name);
    }

    /** The shape of an array; throws {@link UserError} if there is none. */
    public long[] shape(String name) {
        return array(name, "an array " + name).shape();
    }

    /** Values of an array in float64. Throws {@link UserError} if it is missing or has another shape. */
    public double[] take(String name, long... shape) {
        var expected = "an array " + name + " of shape " + Arrays.toString(shape);
        var array = array(name, expected);
        if (!Arrays.equals(array.shape(), shape)) {
            throw mistake(expected, Arrays.toString(array.shape()));
        }
        left.remove(name);
        return array.doubles();
    }

    /** Throws {@link UserError} if an array was not taken. Such an array belongs to another network. */
    public void requireAllTaken() {
        if (!left.isEmpty()) {
            var name = left.first();
            throw mistake("no array " + name, "one of shape " + Arrays.toString(shape(name)));
        }
    }

    /** The error for a file with unexpected content. */
    public UserError mistake(String expected, String got) {
        return new UserError("cannot read " + network + " from " + file + ": expected " + expected + ", got " + got);
    }

    private TensorData array(String name, String expected) {
        var array = arrays.get(name);
        if (array == null) {
            throw mistake(expected, "none");
        }
        return array;
    }
}
