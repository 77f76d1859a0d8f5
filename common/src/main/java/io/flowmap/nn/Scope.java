package io.flowmap.nn;

import io.flowmap.graph.Shapes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a network is built: a graph, its shapes, the type of the arithmetic, and what the network's parameters are in it. A layer
 * declares a parameter where it uses it; whether that is trained or frozen is the scope's business. Several networks share a graph
 * under different prefixes.
 */
public final class Scope {
    private final Shapes shapes;
    private final DataType type;
    private final String prefix;
    private final Map<String, INDArray> frozen;
    private final boolean complete;
    private final Map<String, Parameter> declared = new LinkedHashMap<>();
    private final Map<String, SDVariable> variables = new LinkedHashMap<>();
    private final Map<String, SDVariable> observed = new LinkedHashMap<>();

    private Scope(Shapes shapes, DataType type, String prefix, Map<String, INDArray> frozen, boolean complete) {
        this.shapes = shapes;
        this.type = type;
        this.prefix = prefix;
        this.frozen = frozen;
        this.complete = complete;
    }

    /** Every parameter is a placeholder named {@code prefix + name}: to be bound to a view of a flat vector and differentiated. */
    public static Scope trained(Shapes shapes, DataType type, String prefix) {
        return new Scope(shapes, type, prefix, Map.of(), false);
    }

    /** The parameters that {@code frozen} has are constants, the others placeholders. */
    public static Scope trained(Shapes shapes, DataType type, String prefix, Map<String, INDArray> frozen) {
        return new Scope(shapes, type, prefix, frozen, false);
    }

    /** Every parameter is a constant: what depends on constants alone (weight normalisation) is computed once. */
    public static Scope frozen(Shapes shapes, DataType type, String prefix, Map<String, INDArray> arrays) {
        return new Scope(shapes, type, prefix, arrays, true);
    }

    /**
     * The parameter of that name, declared by its first use. Throws {@link IllegalArgumentException} if it was declared otherwise
     * before, or if the frozen array is missing or of another shape.
     */
    public SDVariable parameter(String name, Parameter.Kind kind, long... shape) {
        var parameter = new Parameter(name, shape, kind);
        var earlier = declared.putIfAbsent(name, parameter);
        if (earlier != null && !(earlier.kind() == kind && Arrays.equals(earlier.shape(), shape))) {
            throw new IllegalArgumentException("cannot declare " + parameter + ": it is declared as " + earlier);
        }
        return variables.computeIfAbsent(name, key -> variable(parameter));
    }

    private SDVariable variable(Parameter parameter) {
        INDArray array = frozen.get(parameter.name());
        if (array == null && !complete) {
            return shapes.graph().placeHolder(prefix + parameter.name(), type, parameter.shape());
        }
        if (array == null || !Arrays.equals(array.shape(), parameter.shape())) {
            throw new IllegalArgumentException("cannot build a network: expected " + parameter + ", got "
                    + (array == null ? "no such array" : Arrays.toString(array.shape())));
        }
        return constant(parameter.name(), array);
    }

    /** A frozen array by its name, for networks that are read from a file as they are. */
    public SDVariable array(String name) {
        return variables.computeIfAbsent(name, key -> {
            INDArray array = frozen.get(name);
            if (array == null) {
                throw new IllegalArgumentException(
                        "cannot build a network: expected one of the arrays " + frozen.keySet() + ", got " + name);
            }
            return constant(name, array);
        });
    }

    private SDVariable constant(String name, INDArray array) {
        SDVariable stored = shapes.lend(prefix + name, array);
        return array.dataType() == type ? stored : stored.castTo(type);
    }

    /** Notes a value of interest, such as a block's output, under a name. */
    public void observe(String name, SDVariable value) {
        observed.put(name, value);
    }

    /** What was noted, in the order of the network. */
    public Map<String, SDVariable> observed() {
        return observed;
    }

    /** The parameters in the order of their first use. */
    public List<Parameter> declared() {
        return List.copyOf(declared.values());
    }

    /** A parameter that was declared. Throws {@link IllegalArgumentException} if there is none of that name. */
    public SDVariable variable(String name) {
        SDVariable variable = variables.get(name);
        if (variable == null) {
            throw new IllegalArgumentException(
                    "expected one of the parameters " + variables.keySet() + ", got " + name);
        }
        return variable;
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

    /** Shape of a variable. */
    public long[] shape(SDVariable variable) {
        return shapes.of(variable);
    }

    /** The same values in another shape. */
    public SDVariable reshape(SDVariable x, long... shape) {
        return graph().reshape(x, shape);
    }
}
