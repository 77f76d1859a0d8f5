package io.flowmap.nn;

import io.flowmap.graph.Shapes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a network is built: a graph, its shapes, the type of the arithmetic and the parameters by name. Several networks
 * share a graph under different prefixes.
 */
public final class Scope {
    private final Shapes shapes;
    private final DataType type;
    private final Map<String, SDVariable> parameters;

    private Scope(Shapes shapes, DataType type, Map<String, SDVariable> parameters) {
        this.shapes = shapes;
        this.type = type;
        this.parameters = parameters;
    }

    /** Parameters as placeholders named {@code prefix + name}: to be bound to views of a flat vector and differentiated. */
    public static Scope trainable(Shapes shapes, DataType type, String prefix, Iterable<Parameter> parameters) {
        Map<String, SDVariable> variables = new LinkedHashMap<>();
        for (Parameter p : parameters) {
            variables.put(p.name(), shapes.graph().placeHolder(prefix + p.name(), type, p.shape()));
        }
        return new Scope(shapes, type, variables);
    }

    /** Parameters as constants: what depends on them alone (weight normalisation) is computed once, at compilation. */
    public static Scope frozen(Shapes shapes, DataType type, String prefix, Map<String, INDArray> arrays) {
        Map<String, SDVariable> variables = new LinkedHashMap<>();
        arrays.forEach((name, array) -> variables.put(
                name,
                array.dataType() == type
                        ? shapes.lend(prefix + name, array)
                        : shapes.graph().constant(prefix + name, array.castTo(type))));
        return new Scope(shapes, type, variables);
    }

    /** The parameter of that name; throws where the network has none. */
    public SDVariable parameter(String name) {
        SDVariable variable = parameters.get(name);
        if (variable == null) {
            throw new IllegalArgumentException(
                    "cannot build network: expected parameter " + name + ", got " + parameters.keySet());
        }
        return variable;
    }

    /** All parameters by name, in the network's order. */
    public Map<String, SDVariable> parameters() {
        return parameters;
    }

    public SameDiff graph() {
        return shapes.graph();
    }

    public Shapes shapes() {
        return shapes;
    }

    public DataType type() {
        return type;
    }

    public long[] shape(SDVariable variable) {
        return shapes.of(variable);
    }

    public SDVariable reshape(SDVariable x, long... shape) {
        return graph().reshape(x, shape);
    }
}
