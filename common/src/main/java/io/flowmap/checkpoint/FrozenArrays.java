package io.flowmap.checkpoint;

import io.flowmap.tensor.ParameterLayout;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Float32 arrays of a frozen network, in a form that can be sent to executors.
 *
 * @param layout names, shapes and offsets
 * @param flat values of all arrays, in the order of the layout
 */
public record FrozenArrays(ParameterLayout layout, float[] flat) implements Serializable {
    public FrozenArrays {
        if (flat.length != layout.length()) {
            throw new IllegalArgumentException("expected " + layout.length() + " values, got " + flat.length);
        }
    }

    /** Creates arrays of these shapes in their order. Values are rounded from float64 to float32. */
    public static FrozenArrays of(Map<String, long[]> shapes, Map<String, double[]> values) {
        var layout = ParameterLayout.of(shapes);
        var flat = new float[Math.toIntExact(layout.length())];
        for (var entry : layout.entries()) {
            var array = values.get(entry.name());
            for (int i = 0; i < entry.length(); i++) {
                flat[(int) entry.offset() + i] = (float) array[i];
            }
        }
        return new FrozenArrays(layout, flat);
    }

    /** Creates new arrays, by name. */
    public Map<String, INDArray> arrays() {
        var arrays = new LinkedHashMap<String, INDArray>();
        for (var entry : layout.entries()) {
            arrays.put(entry.name(), Nd4j.create(ParameterLayout.values(flat, entry), entry.shape(), 'c'));
        }
        return arrays;
    }
}
