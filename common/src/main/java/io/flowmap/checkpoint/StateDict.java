package io.flowmap.checkpoint;

import io.flowmap.config.UserError;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The arrays of a foreign network by name. A network takes each with the shape that it must have; a missing, misshapen or unknown
 * array is the user's mistake, which names the file, the array and both shapes.
 */
public final class StateDict {
    private final String network;
    private final String file;
    private final Map<String, TensorData> arrays;
    private final TreeSet<String> left;

    /**
     * @param network what the file should hold, for messages: "a TAEF2 encoder"
     * @param file where the arrays are from, for messages
     */
    public StateDict(String network, String file, Map<String, TensorData> arrays) {
        this.network = network;
        this.file = file;
        this.arrays = new LinkedHashMap<>(arrays);
        this.left = new TreeSet<>(arrays.keySet());
    }

    /** Whether there is an array of that name. */
    public boolean has(String name) {
        return arrays.containsKey(name);
    }

    /** The shape of an array; throws {@link UserError} if there is none. */
    public long[] shape(String name) {
        return array(name, "an array " + name).shape();
    }

    /** The values of an array in float64; throws {@link UserError} unless it is there in that shape. */
    public double[] take(String name, long... shape) {
        var expected = "an array " + name + " of shape " + Arrays.toString(shape);
        var array = array(name, expected);
        if (!Arrays.equals(array.shape(), shape)) {
            throw mistake(expected, Arrays.toString(array.shape()));
        }
        left.remove(name);
        return array.doubles();
    }

    /** Throws {@link UserError} if an array was not taken: it belongs to another network. */
    public void requireAllTaken() {
        if (!left.isEmpty()) {
            var name = left.first();
            throw mistake("no array " + name, "one of shape " + Arrays.toString(shape(name)));
        }
    }

    /** The user's mistake of a file that holds something else. */
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
