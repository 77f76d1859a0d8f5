package io.flowmap.model;

import io.flowmap.flow.NetworkField;
import io.flowmap.graph.Shapes;
import io.flowmap.nn.Scope;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with fixed arrays: a plain teacher v(x, t, class), which ignores the guidance weight, or a trained flow map.
 *
 * @param name unique prefix in the graph
 * @param field the network and its preconditioning
 * @param arrays arrays of the network, by name
 * @param release frees the arrays
 */
public record FrozenField(String name, NetworkField field, Map<String, INDArray> arrays, Runnable release)
        implements TeacherGraph {
    /** A field that owns its arrays. */
    public FrozenField(String name, NetworkField field, Map<String, INDArray> arrays) {
        this(name, field, arrays, () -> arrays.values().forEach(INDArray::close));
    }

    @Override
    public Emitter in(Shapes shapes, DataType type) {
        var scope = Scope.frozen(shapes, type, name + ".", arrays);
        return point -> field.apply(scope, point);
    }

    @Override
    public void close() {
        release.run();
    }
}
