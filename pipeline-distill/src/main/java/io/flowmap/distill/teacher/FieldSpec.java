package io.flowmap.distill.teacher;

import io.flowmap.checkpoint.ParameterLayout;
import io.flowmap.flow.NetworkField;
import io.flowmap.nn.Parameter;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/** Everything that makes a network's arrays a field. Its text identifies it. */
public interface FieldSpec extends Serializable {
    /** The network and its preconditioning. */
    NetworkField field();

    /** Shape of a sample as the data has it: an image [C,H,W] or a point [D]. */
    long[] sample();

    /** Where the network's arrays lie in its flat vector. */
    default ParameterLayout layout() {
        return layout(field().network().parameters());
    }

    /** Where arrays lie in the flat vector of them all. */
    static ParameterLayout layout(Iterable<Parameter> parameters) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        parameters.forEach(p -> shapes.put(p.name(), p.shape()));
        return ParameterLayout.of(shapes);
    }
}
