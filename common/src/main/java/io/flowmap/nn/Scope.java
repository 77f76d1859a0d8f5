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
 * Context in which a network is built: the graph, its shapes, the type of the arithmetic, and the binding of parameters. A layer declares a
 * parameter where it uses it; the scope decides whether it is trained or frozen. Several networks can share a graph under different
 * prefixes.
 */
public final class Scope {
    private final Shapes shapes;
    private final DataType type;
    private final DataType products;
    private final String prefix;
    private final Map<String, INDArray> frozen;
    private final boolean complete;
    private final Map<String, Parameter> declared;
    private final Map<String, SDVariable> variables;
    private final Map<String, SDVariable> observed;

    private Scope(Shapes shapes, DataType type, String prefix, Map<String, INDArray> frozen, boolean complete) {
        this.shapes = shapes;
        this.type = type;
        this.products = shapes.products() == null ? type : shapes.products();
        this.prefix = prefix;
        this.frozen = frozen;
        this.complete = complete;
        this.declared = new LinkedHashMap<>();
        this.variables = new LinkedHashMap<>();
        this.observed = new LinkedHashMap<>();
    }

    private Scope(Scope whole, DataType products) {
        this.shapes = whole.shapes;
        this.type = whole.type;
        this.products = products;
        this.prefix = whole.prefix;
        this.frozen = whole.frozen;
        this.complete = whole.complete;
        this.declared = whole.declared;
        this.variables = whole.variables;
        this.observed = whole.observed;
    }

    /** This scope with products in the type of all other arithmetic, for layers that must not lose precision: embeddings of time. */
    public Scope exact() {
        return new Scope(this, type);
    }

    /**
     * A scope in which every parameter is a placeholder named {@code prefix + name}. Bind it to a view of a flat vector; it can be
     * differentiated.
     */
    public static Scope trained(Shapes shapes, DataType type, String prefix) {
        return new Scope(shapes, type, prefix, Map.of(), false);
    }

    /** A scope in which the parameters contained in {@code frozen} are constants and all others placeholders. */
    public static Scope trained(Shapes shapes, DataType type, String prefix, Map<String, INDArray> frozen) {
        return new Scope(shapes, type, prefix, frozen, false);
    }

    /** A scope in which every parameter is a constant. Values that depend on constants alone (weight normalisation) are computed once. */
    public static Scope frozen(Shapes shapes, DataType type, String prefix, Map<String, INDArray> arrays) {
        return new Scope(shapes, type, prefix, arrays, true);
    }

    /**
     * The parameter with this name, declared on first use. Throws {@link IllegalArgumentException} if it was declared differently before,
     * or if the frozen array is missing or has another shape.
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

    /** A frozen array by name, for networks that are built directly from a file's arrays. */
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

    /** Records a value of interest under a name, such as the output of a block. */
    public void observe(String name, SDVariable value) {
        observed.put(name, value);
    }

    /** The recorded values, in the order of the network. */
    public Map<String, SDVariable> observed() {
        return observed;
    }

    /** The parameters in the order of first use. */
    public List<Parameter> declared() {
        return List.copyOf(declared.values());
    }

    /** A declared parameter. Throws {@link IllegalArgumentException} if there is none with this name. */
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

    /** Type of matrix products and convolutions. */
    public DataType products() {
        return products;
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
