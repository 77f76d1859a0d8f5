package io.flowmap.model;

import io.flowmap.checkpoint.ParameterLayout;
import io.flowmap.flow.NetworkField;
import io.flowmap.nn.Parameter;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Everything that makes a network's arrays a field. */
public interface FieldSpec extends Serializable {
    /** The network and its preconditioning. */
    NetworkField field();

    /** Shape of a sample as the data has it: an image [C,H,W] or a point [D]. */
    long[] sample();

    /** Where the network's arrays lie in its flat vector. */
    default ParameterLayout layout() {
        return layout(field().network().parameters());
    }

    /** The network's arrays by name, of a flat vector that begins with them. */
    default Map<String, INDArray> arrays(float[] flat) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        int offset = 0;
        for (var p : field().network().parameters()) {
            int length = (int) p.length();
            float[] values = Arrays.copyOfRange(flat, offset, offset + length);
            arrays.put(p.name(), p.shape().length == 0 ? Nd4j.scalar(values[0]) : Nd4j.create(values, p.shape(), 'c'));
            offset += length;
        }
        return arrays;
    }

    /** Where arrays lie in the flat vector of them all. */
    static ParameterLayout layout(Iterable<Parameter> parameters) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        parameters.forEach(p -> shapes.put(p.name(), p.shape()));
        return ParameterLayout.of(shapes);
    }
}
